package page

// Settle lets evictions that are due happen.
func (c *Cache) Settle() {
	c.pages.CleanUp()
	c.gzips.CleanUp()
}
