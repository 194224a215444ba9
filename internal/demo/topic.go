package demo

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// saveTopics writes a few topics; those that an earlier start wrote stay as they are.
func saveTopics(ctx context.Context, actor news.Actor, topics *editorial.Topics) error {
	for _, t := range []editorial.SaveTopic{
		{Name: "اصفهان", Kind: news.TopicPlace, Text: "شهری در میانهٔ ایران، بر کنارهٔ زاینده‌رود، با بازار و کارگاه‌هایی که هنوز کار می‌کنند. گزارش‌های ما از این شهر بیشتر دربارهٔ صنایع دستی و میراث فرهنگی است."},
		{Name: "البرز", Kind: news.TopicPlace, Text: "رشته‌کوهی در شمال ایران. خبرهای حیات وحش، کوه‌نوردی و گروه‌های داوطلبی که از آن نگهداری می‌کنند."},
		{Name: "گیلان", Kind: news.TopicPlace},
		{Name: "جام شهرها", Kind: news.TopicEvent, Text: "جامی ساختگی در این روزنامهٔ نمونه که تیم‌های شهرها در آن با هم بازی می‌کنند."},
	} {
		if _, err := topics.Save(ctx, actor, t); err != nil && news.KindOf(err) != news.Invalid {
			return err
		}
	}
	return nil
}
