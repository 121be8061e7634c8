"""Tells a story on the terminal as it is played: each deed, then what the bot wrote, to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from bot.sandbox.local import Local
from bot.sandbox.marks import plain, quiet
from bot.sandbox.people import Somebody
from bot.sandbox.things import OpenForm, Post
from bot.sandbox.transcript import told
from chat.language import told_day

PARIS = ZoneInfo("Europe/Paris")


@dataclass(slots=True)
class Teller:
    """Writes with `write`, a line at a time, in `lang`."""

    local: Local
    write: Callable[[str], object]
    lang: str = "fr"
    _told: set[str] = field(default_factory=set)
    _forms: dict[str, OpenForm] = field(default_factory=dict)
    _day: date | None = None

    def skip(self) -> None:
        """What happened so far is not told."""
        self._told = set(self.local.sandbox.world.posts)

    def deed(self, who: Somebody | None, deed: str) -> None:
        """Somebody is about to do something."""
        now = self.local.clock.now().astimezone(PARIS)
        if now.date() != self._day:
            self._day = now.date()
            self.write(f"\n━━━ {told_day(self._day, self.lang)} ━━━")
        name = f"{who.name} ({who.service})" if who else ""
        self.write(f"\n▶ {name} : {deed}")

    def after(self) -> None:
        """What the bot wrote since, in order."""
        world = self.local.sandbox.world
        new = [post for post in world.posts.values() if post.id not in self._told]
        self._told.update(post.id for post in new)
        for post in new:
            if not post.author:
                self._post(post)
        for form in world.forms.values():
            if self._forms.get(form.account) != form:
                self._form(form)
        self._forms = dict(world.forms)

    def _form(self, form: OpenForm) -> None:
        """A form in front of somebody: asked for the first time, or given back with what is wrong."""
        say = self.local.app.languages.say(form.lang, quiet)
        who = self.local.sandbox.world.personas[form.account].name
        self.write(f"  ▢ {who}")
        if form.problems:
            labels = {q.name: say(q.short) for q in form.form.questions}
            lines = [f"{labels.get(name, '')} {plain(say(problem))}".strip() for name, problem in form.problems.items()]
        else:
            lines = told(form.form, say).splitlines()
        self.write("\n".join(f"    {line}" for line in lines))

    def _post(self, post: Post) -> None:
        where = self.local.sandbox.world.place(post.place)
        arrow = "↳" if post.thread else "→"
        head = f"  {arrow} {'#' if where.kind == 'channel' else '@'} {where.title}"
        self.write(head)
        lines = told(post.message, self.local.app.languages.say(post.lang, quiet)).splitlines()
        self.write("\n".join(f"    {line}" for line in lines))
