"""The platform's calendar: weeks run Sunday to Saturday in America/Los_Angeles and are named by their Saturday."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PLATFORM_ZONE = ZoneInfo("America/Los_Angeles")
SATURDAY = 5
WEEK = timedelta(days=7)

#: Kinds of window; windows of different kind are never compared.
PERIOD_KINDS = ("day", "week", "month", "rolling_7", "rolling_30", "range")


def parse_day(text: str, what: str = "day") -> date:
    """The day that a text names; `what` it is goes into the error.

    >>> parse_day("2026-13-01")
    Traceback (most recent call last):
    ValueError: day '2026-13-01' is no date; expected YYYY-MM-DD
    """
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError(f"{what} {text!r} is no date; expected YYYY-MM-DD") from None


def parse_week(text: str) -> date:
    """The report week named by its Saturday.

    >>> parse_week("2026-09-19")
    datetime.date(2026, 9, 19)
    >>> parse_week("2026-09-16")
    Traceback (most recent call last):
    ValueError: week '2026-09-16' is a Wednesday; expected the Saturday that ends it: 2026-09-12 or 2026-09-19
    """
    day = parse_day(text, "week")
    if day.weekday() != SATURDAY:
        after = week_of(day)
        raise ValueError(f"week {text!r} is a {day:%A}; expected the Saturday that ends it: {after - WEEK} or {after}")
    return day


def week_of(day: date) -> date:
    """The Saturday that ends the Sunday-Saturday week of a day.

    >>> week_of(date(2026, 9, 13)), week_of(date(2026, 9, 19))
    (datetime.date(2026, 9, 19), datetime.date(2026, 9, 19))
    """
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)


def week_start(week: date) -> date:
    """The Sunday that begins the week named by its Saturday."""
    return week - timedelta(days=6)


def recent_weeks(week: date, count: int) -> list[date]:
    """The `count` Saturdays up to and including `week`, oldest first."""
    return [week - WEEK * back for back in reversed(range(count))]


def period_kind(start: date, end: date) -> str:
    """The kind of a window: day, week (Sunday-Saturday), month, rolling_7, rolling_30 or range.

    >>> period_kind(date(2026, 9, 13), date(2026, 9, 19)), period_kind(date(2026, 9, 14), date(2026, 9, 20))
    ('week', 'rolling_7')
    """
    days = (end - start).days + 1
    if days == 1:
        return "day"
    if days == 7:
        return "week" if end.weekday() == SATURDAY else "rolling_7"
    if start.day == 1 and (end + timedelta(days=1)).day == 1 and (start.year, start.month) == (end.year, end.month):
        return "month"
    return "rolling_30" if days == 30 else "range"


def platform_today(now: datetime | None = None) -> date:
    """Today's day on the platform's calendar."""
    return (now or datetime.now(PLATFORM_ZONE)).astimezone(PLATFORM_ZONE).date()


def newest_complete_week(day: date) -> date:
    """The latest Saturday on or before a day of the platform's calendar.

    >>> newest_complete_week(date(2026, 9, 19)), newest_complete_week(date(2026, 9, 18))
    (datetime.date(2026, 9, 19), datetime.date(2026, 9, 12))
    """
    return week_of(day) - (WEEK if day.weekday() != SATURDAY else timedelta())
