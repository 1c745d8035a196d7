"""The language of a report: English in the source, Chinese from the catalogs in `locale/zh/`."""

from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
_language = "en"


def N_(text: str) -> str:
    """Mark a text for translation where it is defined; it is translated where it is shown."""
    return text


def use(lang: str) -> None:
    """Set the language in which everything from here on is worded."""
    if lang not in LANGUAGES:
        raise ValueError(f"`lang` must be one of {', '.join(LANGUAGES)}; found {lang!r}")
    global _language
    _language = lang


def current() -> str:
    """The language in use."""
    return _language


def translate(text: str, lang: str | None = None) -> str:
    """The text in the language in use; a text that no catalog holds stays as it is."""
    return catalog(lang or _language).get(text, text)


@cache
def catalog(lang: str) -> dict[str, str]:
    """All translations of a language: {source text: translation} from every catalog in `locale/<lang>/`."""
    if lang == "en":
        return {}
    return {
        message.id: message.string
        for po in sorted(files(__package__).joinpath("locale", lang).iterdir(), key=lambda entry: entry.name)
        if po.name.endswith(".po")
        for message in read_po(po.open("rb"), locale=lang)
        if message.id and message.string and not message.fuzzy
    }
