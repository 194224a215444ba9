package stage

import (
	"context"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Authenticator is a device that holds passkeys for one tab, as the lock of a phone does.
type Authenticator struct {
	tab *Tab
	id  webauthn.AuthenticatorID
}

// PlugIn gives the tab an authenticator that knows its user by a PIN or a finger. Its user is willing until Touch says otherwise.
func (t *Tab) PlugIn() (*Authenticator, error) {
	if err := call(t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	made, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		return nil, err
	}
	return &Authenticator{t, made.AuthenticatorID}, nil
}

// Touch says whether the user puts a finger on it when it asks from now on; what it asked before stays without an answer.
func (a *Authenticator) Touch(willing bool) error {
	return call(a.tab, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: a.id, Enabled: willing})
}

// Forget empties it.
func (a *Authenticator) Forget() error {
	return call(a.tab, webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: a.id})
}

// Passkeys counts what it holds, and how often all of it has been used.
func (a *Authenticator) Passkeys() (held int, used int64, err error) {
	ctx, cancel := context.WithTimeout(a.tab.ctx, patience)
	defer cancel()
	all, err := chromedp.Call(ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id})
	if err != nil {
		return 0, 0, err
	}
	for _, c := range all.Credentials {
		used += int64(c.SignCount)
	}
	return len(all.Credentials), used, nil
}
