"""What a person wrote, without what he quoted. Careful: better a quote too many than a word too few.

Three things are known: an attribution ("Le … a écrit :") with lines behind `>`; a separator or a block of header
fields behind which mail programs put the whole original; and runs of lines behind `>`. Whatever would leave nothing
is taken back.
"""

import re

_COLON = r"[\s\u00a0\u202f]*:\s*$"
# As in: Le lun. 22 nov. 2026 à 14:30, Vigie <desk@centre.test> a écrit
_ATTRIBUTION = re.compile(
    r"^\s*(?:Le\b.{4,300}\ba\s+écrit|On\b.{4,300}\bwrote|.{0,100}<[^<>@\s]+@[^<>\s]+>\s+(?:a\s+écrit|wrote))"
    + _COLON,
    re.IGNORECASE,
)
# Without it "Le fichier que Jean a écrit :" would be one.
_STAMP = re.compile(r"\b\d{1,2}\s?[:h.]\s?\d{2}\b|\b(?:19|20)\d{2}\b")
_ATTRIBUTION_LINES = 4  # a long one is folded
_SEPARATOR = re.compile(
    r"^\s*-{3,}\s*(?:Original\s+(?:Message|Appointment|mail)|Message\s+d['’]origine|Message\s+original|Mail\s+original|"
    r"Courriel\s+original|Reply\s+message|Rendez-vous\s+d['’]origine)\s*-{3,}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[_-]{20,}\s*$")
_FROM = re.compile(r"^\s*\*?(?:From|De|Expéditeur)\*?[\s\u00a0\u202f]*:\*?\s*\S", re.IGNORECASE)
_SENT = re.compile(r"^\s*\*?(?:Sent|Date|Envoyé|Envoyé le)\*?[\s\u00a0\u202f]*:", re.IGNORECASE)
_SUBJECT = re.compile(r"^\s*\*?(?:Subject|Objet|Sujet)\*?[\s\u00a0\u202f]*:", re.IGNORECASE)
_BLOCK_LINES = 8
_QUOTED = re.compile(r"^\s{0,3}>")
_FORWARDED = re.compile(r"^\s*(?:fwd?|tr|wg)\s*:", re.IGNORECASE)
_LEAST_RUN = 2


def own_words(text: str, subject: str = "") -> str:
    """`text` without its quotes. A forwarded mail (by its subject) keeps what it passes on."""
    lines = text.split("\n")
    if not _FORWARDED.match(subject):
        lines = _before_original(lines)
    kept = "\n".join(_without_quoted(lines)).strip()
    return re.sub(r"\n{3,}", "\n\n", kept) if kept else text.strip()


def _before_original(lines: list[str]) -> list[str]:
    """What stands above a separator or an attribution whose original is not marked; all, if nothing does."""
    for at, line in enumerate(lines):
        if _QUOTED.match(line):
            continue
        if not (_SEPARATOR.match(line[:200]) or _header_block(lines, at) or _bare_attribution(lines, at)):
            continue
        above = lines[:at]
        while above and (not above[-1].strip() or _RULE.match(above[-1])):
            above.pop()
        # Nothing above: the answer stands below, or between the lines. Keep everything.
        return above if _says_something(above) else lines
    return lines


def _header_block(lines: list[str], at: int) -> bool:
    """Outlook's: From, Sent, To, Subject, one under the other."""
    if not _FROM.match(lines[at][:300]):
        return False
    block = [line[:300] for line in lines[at + 1 : at + _BLOCK_LINES]]
    return any(map(_SENT.match, block)) and any(map(_SUBJECT.match, block))


def _bare_attribution(lines: list[str], at: int) -> bool:
    """An attribution whose original follows unmarked (with `>` the lines can be told apart, see below)."""
    end = _attribution_end(lines, at)
    if not end:
        return False
    behind = next((line for line in lines[end:] if line.strip()), ">")
    return not _QUOTED.match(behind)


def _attribution_end(lines: list[str], at: int) -> int:
    """Index behind the attribution that begins at `at`; 0 if none does."""
    if not lines[at].strip():
        return 0
    joined = ""
    for end in range(at, min(at + _ATTRIBUTION_LINES, len(lines))):
        if not lines[end].strip() or _QUOTED.match(lines[end]):
            return 0
        joined = f"{joined} {lines[end].strip()[:300]}".strip()
        if _ATTRIBUTION.match(joined) and _STAMP.search(joined):
            return end + 1
    return 0


def _without_quoted(lines: list[str]) -> list[str]:
    """Without attributions that lead to quoted lines, and those lines; answers between them stay.

    A lone line behind `>` without an attribution above may be the author's own ("> 30 jobs failed").
    """
    kept: list[str] = []
    attributed, at = False, 0
    while at < len(lines):
        end = _attribution_end(lines, at)
        if end and _QUOTED.match(next((line for line in lines[end:] if line.strip()), "")):
            attributed, at = True, end
            continue
        run = at
        while run < len(lines) and _QUOTED.match(lines[run]):
            run += 1
        if run > at and (attributed or run - at >= _LEAST_RUN):
            at = run
            continue
        kept.append(lines[at])
        at += 1
    return kept


def _says_something(lines: list[str]) -> bool:
    """Whether somebody's own words are among these lines."""
    return any(line.strip() and not _QUOTED.match(line) for line in lines)
