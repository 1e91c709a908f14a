"""The kit page: every component in each of its states, on invented data; what a page's author copies from."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from vigie.kernel.clock import now as present
from vigie.web.access import staff


class SampleForm(forms.Form):
    """One field of each kind; bound to bad input it shows its errors."""

    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        choices=[("dcache", "dCache"), ("farm", "Batch")],
        help_text=gettext_lazy("What is hit first; add others later."),
    )
    effect = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        widget=forms.RadioSelect,
        choices=[
            ("down", gettext_lazy("down")),
            ("degraded", gettext_lazy("degraded")),
            ("at_risk", gettext_lazy("at risk")),
        ],
    )
    since = forms.CharField(
        label=gettext_lazy("Since"), help_text=gettext_lazy("In the centre’s time, like 13:05.")
    )
    end = forms.CharField(label=gettext_lazy("Planned end"), required=False)
    what = forms.CharField(label=gettext_lazy("What happens"), widget=forms.Textarea(attrs={"rows": 3}))
    lost = forms.BooleanField(label=gettext_lazy("Data may be lost"), required=False)

    def clean_end(self) -> str:
        end: str = self.cleaned_data["end"]
        if end and end < self.cleaned_data.get("since", ""):
            raise forms.ValidationError(
                _("The end, %(end)s, lies before the start. Give a later time, or none.") % {"end": end}
            )
        return end


def _fact(minutes: int, who: str, text: str, kind: str = "fact") -> dict[str, Any]:
    return {
        "side": "inside",
        "at": present() - timedelta(minutes=minutes),
        "who": who,
        "kind": kind,
        "text": text,
    }


def _notice(minutes: int, title: str, **more: Any) -> dict[str, Any]:
    return {
        "side": "outside",
        "kind": "notice",
        "at": present() - timedelta(minutes=minutes),
        "title": title,
        **more,
    }


def timeline() -> list[dict[str, Any]]:
    """A storage failure as its page tells it, newest first."""
    places = [{"label": _("site"), "state": "sent"}, {"label": _("flash"), "state": "sent"}]
    return [
        {
            **_notice(0, _("Next update")),
            "kind": "next",
            "at": present() + timedelta(minutes=4),
            "due_at": present() + timedelta(minutes=4, seconds=12),
        },
        _fact(5, "N.D.", _("Power supply 2 replaced, pools are being checked one by one.")),
        _notice(24, _("Update 2"), delivery=[{"label": _("mails"), "total": 34, "sent": 34}, *places]),
        _fact(42, "N.D.", _("Yes: the journal was replayed, nothing is missing."), "answer"),
        _fact(46, "L.P.", _("Are files written at noon safe?"), "question"),
        _notice(
            55,
            _("Update 1"),
            delivery=[{"label": _("mails"), "total": 34, "sent": 31, "pending": 2, "failed": 1}, *places],
        ),
        _fact(70, "N.D.", _("Both power supplies of rack r07 failed; the spare is on its way.")),
        _notice(
            77,
            _("First notice"),
            note=_("4 min after the start"),
            delivery=[{"label": _("mails"), "total": 34, "sent": 34}, *places],
        ),
        _fact(81, "N.D.", _("Outage opened from the alarm “dcache pools offline”."), "milestone"),
    ]


def due() -> list[dict[str, Any]]:
    now = present()
    return [
        {
            "due_at": now - timedelta(minutes=2, seconds=10),
            "what": _("End to confirm · network, room 2"),
            "url": "#due",
            "who": pgettext("with whom", "you"),
            "status": "maintenance",
        },
        {
            "due_at": now + timedelta(minutes=4, seconds=12),
            "what": _("Update owed · Storage dCache down"),
            "url": "#due",
            "who": pgettext("with whom", "you"),
            "status": "down",
        },
        {
            "due_at": now + timedelta(hours=2, minutes=35),
            "what": _("User silent 5 h of 6"),
            "url": "#due",
            "who": "tvr",
            "why": _("212 jobs, Orion"),
        },
        {
            "due_at": now + timedelta(days=3, hours=4),
            "what": _("No backup for Lyra from 1 January"),
            "url": "#due",
            "who": pgettext("with whom", "lead"),
        },
    ]


def samples() -> dict[str, Any]:
    """Everything the kit template shows."""
    now = present()
    hour = timedelta(hours=1)
    bad = SampleForm({"service": "dcache", "since": "13:05", "end": "09:00", "what": ""})
    return {
        "now": now,
        "start": now - timedelta(minutes=85),
        "dues": [
            now + 3 * hour,
            now + timedelta(minutes=42),
            now + timedelta(minutes=4, seconds=12),
            now - timedelta(minutes=2, seconds=10),
        ],
        "moments": [
            now - timedelta(seconds=20),
            now - timedelta(minutes=85),
            now + timedelta(minutes=25),
            now + timedelta(days=16),
        ],
        "spans": [
            timedelta(seconds=45),
            timedelta(minutes=25),
            timedelta(minutes=85),
            timedelta(hours=52),
            timedelta(days=9),
        ],
        "state_names": ["ok", "at_risk", "degraded", "down", "maintenance", "unknown"],
        "entries": timeline(),
        "due": due(),
        "states": [
            {"name": "Storage dCache", "state": "down", "since": now - timedelta(minutes=85)},
            {
                "name": "Batch farm",
                "state": "at_risk",
                "since": now - 3 * hour,
                "note": _("jobs reading dCache wait"),
            },
            {"name": "Network, room 2", "state": "maintenance", "since": now - 2 * hour},
            {"name": "Tape library", "state": "ok"},
        ],
        "form": SampleForm(),
        "bad_form": bad,
        "duty_now": [
            (_("Production"), "A. Martin", "4217"),
            (_("Support"), "L. Petit", "4302"),
            ("TPM", "", ""),
        ],
        "left": timedelta(minutes=3),
        "sections": [
            _("What"),
            _("Effect"),
            _("Who"),
            _("Jobs and files"),
            _("What to do"),
            _("What still works"),
            _("Next update by"),
            _("Contact"),
        ],
    }


@staff
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "vigie/kit.html", samples())


@staff
def wall(request: HttpRequest) -> HttpResponse:
    return render(request, "vigie/kit_wall.html", samples())


@staff
def public(request: HttpRequest) -> HttpResponse:
    """A public page as the static folder keeps it: `frozen`, so nothing on it ages."""
    return render(request, "vigie/kit_public.html", {**samples(), "nav": None, "frozen": True})
