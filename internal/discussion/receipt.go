package discussion

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	receiptLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32 signs without 0 O 1 I, so that 5 bits choose one evenly
	receiptLength  = 12                                 // 60 bits
)

// ReceiptView is what a receipt's page tells.
type ReceiptView struct {
	State     news.CommentState
	Reason    news.Reason // when rejected
	Name      string
	Text      string
	Country   string
	CreatedAt time.Time
	DecidedAt time.Time // zero while pending
	Article   news.Code // public or not: ask the gate before naming it
}

// Receipt tells what became of a comment. The code may be typed in small letters, with spaces, dashes or Persian digits;
// NotFound when no comment has it.
func (d *Desk) Receipt(ctx context.Context, code string) (ReceiptView, error) {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(persian.LatinDigits(strings.TrimSpace(code))))
	if len(code) != receiptLength || strings.Trim(code, receiptLetters) != "" {
		return ReceiptView{}, news.Fail(news.NotFound, "error.receipt_unknown")
	}
	hash, err := d.receiptHash(ctx, code)
	if err != nil {
		return ReceiptView{}, err
	}
	q, err := d.storage.CommentByReceipt(ctx, hash)
	if news.KindOf(err) == news.NotFound {
		return ReceiptView{}, news.Fail(news.NotFound, "error.receipt_unknown")
	}
	return ReceiptView{State: q.State, Reason: q.Reason, Name: q.Name, Text: q.Text, Country: q.Country, CreatedAt: q.CreatedAt,
		DecidedAt: q.DecidedAt, Article: q.Article}, err
}

// receipt makes the code for a form: a keyed function of its action id, so that a repeat after an unknown outcome gets the
// same code although only the code's hash is kept.
func (d *Desk) receipt(ctx context.Context, action string) (string, error) {
	key, err := d.key(ctx, "receipt.code", 0)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(action))
	sum := mac.Sum(nil)
	code := make([]byte, receiptLength)
	for i := range code {
		code[i] = receiptLetters[sum[i]&31]
	}
	return string(code), nil
}

func (d *Desk) receiptHash(ctx context.Context, code string) (string, error) {
	key, err := d.key(ctx, "receipt.hash", 0)
	if err != nil {
		return "", err
	}
	return keyedHash(key, code), nil
}
