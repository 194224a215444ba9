package persian

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// officialYear is a line of the official table.
type officialYear struct {
	year   int
	leap   bool
	nowruz time.Time
}

func officialTable(t *testing.T) []officialYear {
	t.Helper()
	f, err := os.Open("../../../shared/data/jalali/official_leap_nowruz_1206_1498.txt")
	if err != nil {
		t.Skipf("the official table is not beside the repository: %v", err)
	}
	defer f.Close()
	var table []officialYear
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 2 || fields[0] == "#" {
			continue
		}
		year, err := strconv.Atoi(strings.TrimRight(fields[0], "*"))
		if err != nil {
			continue
		}
		nowruz, err := time.Parse(time.DateOnly, fields[1])
		if err != nil {
			t.Fatal(err)
		}
		table = append(table, officialYear{year, strings.HasSuffix(fields[0], "*"), nowruz})
	}
	return table
}

func TestJalaliOfficialTable(t *testing.T) {
	table := officialTable(t)
	if n := LastOfficialYear - FirstOfficialYear + 1; len(table) != n {
		t.Fatalf("%d years in the table, want %d", len(table), n)
	}
	days := 0
	for i, y := range table {
		if y.year != FirstOfficialYear+i {
			t.Fatalf("year %d at place %d", y.year, i)
		}
		if IsLeap(y.year) != y.leap {
			t.Errorf("IsLeap(%d) = %v", y.year, !y.leap)
		}
		g := y.nowruz
		for month := 1; month <= 12; month++ {
			length := 31
			if month > 6 {
				length = 30
			}
			if month == 12 && !y.leap {
				length = 29
			}
			if got := DaysInMonth(y.year, month); got != length {
				t.Errorf("DaysInMonth(%d, %d) = %d, want %d", y.year, month, got, length)
			}
			for day := 1; day <= length; day++ {
				d := Date{y.year, month, day}
				if got := DateOf(g); got != d {
					t.Fatalf("DateOf(%s) = %s, want %s", g.Format(time.DateOnly), got, d)
				}
				if got := d.Time(time.UTC); !got.Equal(g) {
					t.Fatalf("%s.Time = %s, want %s", d, got, g)
				}
				if d.Weekday() != g.Weekday() || !d.Valid() {
					t.Fatalf("%s: weekday %s, valid %v", d, d.Weekday(), d.Valid())
				}
				g = g.AddDate(0, 0, 1)
				days++
			}
		}
		if i+1 < len(table) && !g.Equal(table[i+1].nowruz) {
			t.Errorf("year %d ends before %s, the next Nowruz is %s", y.year, g, table[i+1].nowruz)
		}
	}
	t.Logf("%d years, %d days", len(table), days)
}

func TestKnownDays(t *testing.T) {
	tests := []struct {
		jalali    Date
		gregorian string
	}{
		{Date{1400, 9, 4}, "2021-11-25"},
		{Date{1357, 11, 22}, "1979-02-11"},
		{Date{1399, 12, 30}, "2021-03-20"},
		{Date{1403, 12, 30}, "2025-03-20"}, // the 2820-year rule has no such day
		{Date{1404, 1, 1}, "2025-03-21"},
		{Date{1408, 12, 30}, "2030-03-20"},
		{Date{1348, 10, 11}, "1970-01-01"},
		{Date{1, 1, 1}, "0622-03-21"}, // by the continued rule; astronomers have 22 March
	}
	for _, tt := range tests {
		if got := tt.jalali.Time(time.UTC).Format(time.DateOnly); got != tt.gregorian {
			t.Errorf("%s is %s, want %s", tt.jalali, got, tt.gregorian)
		}
	}
}

func TestValid(t *testing.T) {
	for _, d := range []Date{{}, {1400, 0, 1}, {1400, 13, 1}, {1400, 7, 31}, {1400, 12, 30}, {1400, 1, 32}, {1400, 1, 0}, {0, 1, 1}, {10000, 1, 1}, {1400, -1, 1}} {
		if d.Valid() {
			t.Errorf("%v is valid", d)
		}
	}
	for _, d := range []Date{{1400, 6, 31}, {1399, 12, 30}, {1400, 12, 29}, {1, 1, 1}, {9999, 1, 1}} {
		if !d.Valid() {
			t.Errorf("%v is not valid", d)
		}
	}
}

func TestDayBeginsInTehran(t *testing.T) {
	// Every day of the time zone's history: its start is the first instant
	// whose date it is.
	for d := (Date{1250, 1, 1}); d.Year < 1430; d = d.AddDays(1) {
		start := d.Time(Tehran())
		if DateOf(start) != d || DateOf(start.Add(-time.Second)) != d.AddDays(-1) {
			t.Fatalf("%s begins at %s", d, start)
		}
	}
	jump := Date{1400, 1, 2}.Time(Tehran())
	if got, want := jump.Format(time.RFC3339), "2021-03-22T01:00:00+04:30"; got != want {
		t.Errorf("1400-01-02 begins at %s, want %s", got, want)
	}
}

func TestDayBeginsElsewhere(t *testing.T) {
	tests := []struct{ zone, day, want string }{
		{"America/Havana", "2021-11-07", "2021-11-07T00:00:00-04:00"},    // midnight comes twice
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"}, // there is no midnight
		{"America/Toronto", "1919-03-31", "1919-03-31T00:30:00-04:00"},   // the jump begins before midnight
		{"Asia/Kolkata", "2021-11-25", "2021-11-25T00:00:00+05:30"},      // an ordinary day
	}
	for _, tt := range tests {
		loc, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := time.Parse(time.DateOnly, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := DateOf(day).Time(loc).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s in %s begins at %s, want %s", tt.day, tt.zone, got, tt.want)
		}
	}
}

func FuzzDate(f *testing.F) {
	f.Add(int64(1637844120), 0)
	f.Add(int64(-62135596800), -400000)
	f.Add(int64(-17987443200), 1)
	f.Fuzz(func(t *testing.T, unix int64, n int) {
		const limit = 250_000_000_000 // some 8,000 years either way
		unix, n = unix%limit, n%3_000_000
		at := time.Unix(unix, 0).UTC()
		d := DateOf(at)
		if d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > DaysInMonth(d.Year, d.Month) {
			t.Fatalf("DateOf(%s) = %v is no day", at, d)
		}
		if got, want := d.Time(time.UTC), at.Truncate(24*time.Hour); !got.Equal(want) {
			t.Errorf("%v.Time = %s, want %s", d, got, want)
		}
		if d.Weekday() != at.Weekday() {
			t.Errorf("%v is a %s, want %s", d, d.Weekday(), at.Weekday())
		}
		if there := d.AddDays(n); there.AddDays(-n) != d || there != DateOf(at.AddDate(0, 0, n)) {
			t.Errorf("%v and %d days are %v", d, n, there)
		}
	})
}
