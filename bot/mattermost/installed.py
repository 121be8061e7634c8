"""What is to be installed on a server, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.findings import Finding


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to install: the team, the bot's account, the review channel, the bot's public address."""

    team: str
    bot: str
    channel: str
    public: str
    renew: bool = False
    """A new token for a bot that exists already."""


@dataclass(slots=True)
class Installed:
    """What came of it: each thing done or looked at, and the settings to write down."""

    findings: list[Finding] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)


class Stopped(Exception):
    """Nothing more can be done; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.point)
        self.finding = finding
