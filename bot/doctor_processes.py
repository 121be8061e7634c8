"""The processes at work, as the database tells of them: how many ring, with which code, which ended without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot import listening, presence, version
from bot.findings import Finding, attention, faute, ok
from bot.presence import Process, Seen
from chat.text import Text, joined, raw, tr
from storage.reader import Reader

POINT = "processus"
ALONE = tr("Gardez un seul processus, « atelier serve », ou passez à PostgreSQL (voir docs/exploitation.md).")
UPDATE = tr("Relancez-les tous avec la même version, après « atelier migrate ».")
LISTEN = tr(
    "Relancez « atelier serve » : ce qui a été écrit entre-temps sera relu. Si cela revient, lisez ses journaux."
)
LANES = tr("Vérifiez qu'un « atelier work » tourne : il reprend seul ce qu'un autre avait commencé.")


def findings(reader: Reader) -> list[Finding]:
    """Everything found. Raises Away."""
    seen = reader.run(b"", presence.seen)
    alive = [one.process for one in seen if one.alive]
    return [
        _there(alive), *_alone(alive, reader.kind), *_both(alive, reader.kind), *_codes(alive), *_gone(seen),
        _held(reader.lanes_held(datetime.now(UTC))), *_deaf(reader, alive),
    ]  # fmt: skip


def _there(alive: Sequence[Process]) -> Finding:
    if not alive:
        said = tr("Aucun processus du robot ne tourne sur cette base.")
        repair = tr("Lancez « atelier serve », ou « atelier serve --no-worker » et « atelier work ».")
        return attention(POINT, said, repair)
    count = {role: sum(p.role == role for p in alive) for role in ("web", "web+horloge", "horloge")}
    parts = [raw(f"{number} {role}") for role, number in count.items() if number]
    return ok(POINT, tr("Processus du robot en marche : {list}.", list=joined(parts)))


def _alone(alive: Sequence[Process], kind: str) -> Iterator[Finding]:
    """On SQLite there is one process."""
    if kind == "sqlite" and len(alive) > 1:
        said = tr("{count} processus se partagent une base SQLite : {list}.", count=len(alive), list=_listed(alive))
        yield faute("processus.double", said, ALONE)


def _both(alive: Sequence[Process], kind: str) -> Iterator[Finding]:
    """« serve » rings too unless told not to: beside « work », that is seldom wanted."""
    whole = [process for process in alive if process.role == "web+horloge"]
    if kind == "sqlite" or not whole or [process for process in alive if process.ticks] == whole[:1]:
        return
    said = tr(
        "« atelier serve » bat l'horloge à côté d'un autre processus qui la bat aussi : {list}. Rien n'est envoyé deux "
        "fois, mais ce n'est sans doute pas voulu.",
        list=_listed([process for process in alive if process.ticks]),
    )  # fmt: skip
    yield attention("processus.double", said, tr("Lancez « atelier serve --no-worker » à côté de « atelier work »."))


def _codes(alive: Sequence[Process]) -> Iterator[Finding]:
    """Everybody must run the code that the doctor runs."""
    others = sorted({process.code for process in alive} - {version.code()})
    if others:
        said = tr(
            "Des processus n'ont pas le code de cette commande ({mine}) : {others}.",
            mine=raw(version.code()), others=raw(", ".join(others)),
        )  # fmt: skip
        yield attention("processus.version", said, UPDATE)


def _gone(seen: Sequence[Seen]) -> Iterator[Finding]:
    """Killed, or cut off: they did not say that they ended."""
    gone = [one for one in seen if not one.alive]
    if gone:
        said = tr(
            "{count} processus arrêté(s) sans le dire depuis une heure : {list}.",
            count=len(gone), list=_listed([one.process for one in gone]),
        )  # fmt: skip
        repair = tr(
            "Rien n'est perdu. Cherchez pourquoi dans leurs journaux : mémoire, redémarrage de la machine, kill -9."
        )
        yield attention("processus.disparu", said, repair)


def _held(lanes: int) -> Finding:
    """Places that a process began to write in, and left there: another takes them back when it ticks."""
    if not lanes:
        return ok("baux", tr("Aucun bail n'est resté à un processus disparu."))
    return attention("baux", tr("{count} salon(s) resté(s) réservé(s) par un processus disparu.", count=lanes), LANES)


def _deaf(reader: Reader, alive: Sequence[Process]) -> Iterator[Finding]:
    """A platform that one process alone listens to: somebody must, while there are web processes."""
    for lease in reader.run(b"", lambda unit: unit.leases.named(listening.PREFIX)):
        platform = lease.name.removeprefix(listening.PREFIX)
        if lease.left > 0:
            host, pid, _ = lease.holder.split(":")
            said = tr("« {platform} » est écouté par un seul processus ({host}, {pid}).", platform=raw(platform), host=raw(host), pid=raw(pid))  # fmt: skip
            yield ok("ecoute", said, platform)
        elif any(process.role != "horloge" for process in alive):
            said = tr(
                "Aucun processus n'écoute « {platform} » : ce qui y est écrit au robot attend.", platform=raw(platform)
            )
            yield faute("ecoute", said, LISTEN, platform)


def _listed(processes: Sequence[Process]) -> Text:
    return joined(raw(f"{p.role} ({p.host}, {p.pid})") for p in processes)
