package main

import (
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// rightOf says for every action of the use cases which right whoever does it must hold, whatever the act is about. An action on an
// article asks for more, which walkRights walks: to be its author, or to hold the right in its section.
func rightOf(action string) news.Right {
	room, name, _ := strings.Cut(action, ".")
	one := map[string]news.Right{
		"editorial.Article": news.RightEnter, "editorial.Articles": news.RightEnter, "editorial.LockOf": news.RightEnter,
		"editorial.Notes": news.RightEnter, "editorial.Questions": news.RightEnter, "editorial.Revision": news.RightEnter, "editorial.Revisions": news.RightEnter,
		"editorial.Correct": news.RightPublish, "editorial.Embargo": news.RightPublish, "editorial.Publish": news.RightPublish, "editorial.Return": news.RightPublish,
		"editorial.Schedule": news.RightPublish, "editorial.Take": news.RightPublish, "editorial.TakeOver": news.RightPublish, "editorial.Unschedule": news.RightPublish,
		"editorial.Expire": news.RightWithdraw, "editorial.Withdraw": news.RightWithdraw,
		"editorial.SetComments": news.RightComments, "editorial.SaveTemplate": news.RightTemplate, "editorial.Audit": news.RightAudit,
		"editorial.Import": news.RightImport, "editorial.CheckImport": news.RightImport,
		"house.All": news.RightEnter, "house.Entry": news.RightEnter, "house.List": news.RightEnter, "house.Check": news.RightWrite,
		"previews.Link":     news.RightPublish,
		"discussion.Switch": news.RightModerationSettings, "discussion.SetSwitch": news.RightModerationSettings,
		"rulebook.Terms": news.RightModerate, "rulebook.Term": news.RightModerate, "rulebook.SaveTerm": news.RightModerate, "rulebook.DeleteTerm": news.RightModerate,
		"topics.LoadNames":  news.RightImport,
		"suggestions.Under": news.RightWrite, "suggestions.Choose": news.RightPublish,
		"moderation.Policy": news.RightModerationSettings, "moderation.SavePolicy": news.RightModerationSettings,
	}
	for _, name := range strings.Fields("Autosave Autosaved DropAutosave FixSafe Lock Unlock RestoreRevision Save SettleNote Submit Template Trash Untrash") {
		one["editorial."+name] = news.RightWrite
	}
	if right, ok := one[room+"."+name]; ok {
		return right
	}
	return map[string]news.Right{"house": news.RightHouse, "front": news.RightFront, "previews": news.RightWrite, "moderation": news.RightModerate,
		"bans": news.RightModerate, "engine": news.RightModerationSettings, "rulebook": news.RightModerationSettings, "transfer": news.RightImport, "topics": news.RightFront, "tags": news.RightFront, "watch": news.RightWatch, "library": news.RightWrite, "auth": news.RightUsers}[room]
}

// walkActions calls every action that somebody does with nothing to do it to: who lacks its right hears Forbidden, before anything is looked
// at; who holds it hears something else. An action that rightOf does not know fails, so that none is forgotten.
func walkActions(t *testing.T, n *newsroomUnderTest) {
	rooms := map[string]any{"editorial": n.editorial, "house": n.editorial.House(), "front": n.front, "previews": n.previews, "discussion": n.discussion,
		"moderation": n.moderation, "bans": n.bans, "engine": n.engine, "rulebook": n.rulebook, "transfer": n.transfer, "topics": n.topics, "tags": n.tags, "suggestions": editorial.NewSuggestions(n.store), "watch": n.watch, "library": n.library, "auth": n.auth}
	actions := 0
	for room, desk := range rooms {
		methods := reflect.ValueOf(desk)
		for i := range methods.NumMethod() {
			m := methods.Type().Method(i)
			if m.Type.NumIn() < 3 || m.Type.In(2) != reflect.TypeFor[news.Actor]() {
				continue
			}
			actions++
			action := room + "." + m.Name
			right := rightOf(action)
			if right == "" {
				t.Errorf("%s: the test does not know which right it needs", action)
			}
			for _, role := range append(news.Roles(), "") {
				actor := news.SystemActor("x", role)
				in := []reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(actor)}
				for a := 3; a < m.Type.NumIn(); a++ {
					of := reflect.Zero(m.Type.In(a))
					if m.Type.In(a) == reflect.TypeFor[io.Writer]() {
						of = reflect.ValueOf(io.Discard)
					}
					in = append(in, of)
				}
				out := methods.Method(i).Call(in)
				err, _ := out[len(out)-1].Interface().(error)
				refused := err != nil && news.KindOf(err) == news.Forbidden
				if refused == actor.May(right) {
					t.Errorf("%s by %q, who may: %v, answers %v", action, role, actor.May(right), err)
				}
			}
		}
	}
	if actions < 70 {
		t.Errorf("%d actions: the walk has lost its grip", actions)
	}
}
