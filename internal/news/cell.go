package news

import "strings"

// formulaSigns begin what a spreadsheet would take for a formula.
const formulaSigns = "=+-@\t\r"

// SafeCell writes a text for a table such that no spreadsheet takes it for a formula; [PlainCell] takes that back.
func SafeCell(text string) string {
	if text != "" && strings.ContainsRune(formulaSigns, rune(text[0])) {
		return "'" + text
	}
	return text
}

// PlainCell is the text for which [SafeCell] stands.
func PlainCell(cell string) string {
	if rest, quoted := strings.CutPrefix(cell, "'"); quoted && rest != "" && strings.ContainsRune(formulaSigns, rune(rest[0])) {
		return rest
	}
	return cell
}
