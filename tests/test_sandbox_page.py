"""The sandbox's page: what a browser sends and gets, and who is turned away."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from html import unescape

import httpx
import pytest
from starlette.applications import Starlette

from bot.clock import JumpingClock
from bot.sandbox.page import routes
from bot.sandbox.platform import Sandbox
from bot.sandbox.things import Persona
from bot.sandbox.world import World
from chat.cards import Button, Card, File, Menu, Message, Token
from chat.forms import Choice, Form, Question
from chat.language import Languages
from chat.talk import Answer, AnyEvent, Ask, Asked, Attached, Correct, Filled, Pressed, Said, Say
from chat.text import raw, tr

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
OPEN = Token(act="valider", ref="ADT-2026-0007", version=3)
FORM = Form(
    title=tr("Valider la demande"),
    short=tr("Valider"),
    token=OPEN,
    questions=(
        Question(name="avis", label=tr("Quel est votre avis ?"), short=tr("Avis"), kind="text"),
        Question(
            name="thèmes", label=tr("Quels thèmes ?"), short=tr("Thèmes"), kind="choices",
            choices=(Choice(value="a", label=tr("Habitat")), Choice(value="b", label=tr("Commerce"))),
        ),
        Question(name="le", label=tr("Quel jour ?"), short=tr("Jour"), kind="date", required=False),
    ),
    submit=tr("Envoyer l'avis"),
)  # fmt: skip


class Still:
    """A machine whose clock stands still."""

    def now(self) -> datetime:
        return NOON


class Site:
    """The page served in this process, with a bot that answers what it was told to."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.answers: list[Answer] = []
        self.world = World()
        self.world.people(
            Persona(account="ad1", name="AD1", title="bureau"), Persona(account="ddt55", name="DDT 55", title="service")
        )
        self.world.channel("revue", "revue-ad1", ["ad1"])
        self.clock = JumpingClock(keep=self.world.keep_offset, machine=Still())
        sandbox = Sandbox(self.world, self.clock.now)
        sandbox.attach(self.receive)
        self.jumps: list[datetime] = []
        languages = Languages({"fr": NullTranslations()})
        app = Starlette(routes=routes(sandbox, self.clock, languages, on_jump=self.jumped, fetch=self.fetch))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")

    async def receive(self, event: AnyEvent) -> Answer:
        self.events.append(event)
        return self.answers.pop(0) if self.answers else Answer()

    async def jumped(self) -> None:
        self.jumps.append(self.clock.now())

    async def fetch(self, id_: str) -> bytes | None:
        return b"BEGIN:VCALENDAR" if id_ == "agenda" else None

    async def page(self, account: str = "ad1", place: str = "revue") -> str:
        answer = await self.http.get("/", params={"qui": account, "lieu": place})
        assert answer.status_code == 200
        return answer.text

    async def send(self, path: str, account: str = "ad1", place: str = "revue", **more) -> httpx.Response:
        given = {"qui": account, "lieu": place, **more}
        return await self.http.post(path, data=given)

    def posts(self, account: str = "ad1", place: str = "revue") -> list[str]:
        return [p.message.text.msg for p in self.world.visible(account, place)]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    async with made.http:
        yield made


def card(*buttons: Button, menus: tuple[Menu, ...] = ()) -> Message:
    return Message(text=tr("Une demande"), card=Card(title=tr("ADT-2026-0007"), buttons=buttons, menus=menus))


async def test_the_first_persona_is_met_first_and_another_is_one_switch_away(site: Site) -> None:
    first = (await site.http.get("/")).text
    assert "Le bot Ateliers Flash · AD1" in first
    assert "revue-ad1" in first
    other = (await site.http.get("/", params={"qui": "ddt55"})).text
    assert "Le bot Ateliers Flash · DDT 55" in other
    assert "revue-ad1" not in other
    assert '<option value="ddt55" selected>DDT 55 — service</option>' in other


async def test_a_place_of_others_and_a_place_that_is_not_look_the_same(site: Site) -> None:
    closed = await site.http.get("/", params={"qui": "ddt55", "lieu": "revue"})
    absent = await site.http.get("/", params={"qui": "ddt55", "lieu": "ailleurs"})
    assert (closed.status_code, closed.text) == (404, absent.text)
    assert "Cela n&#39;existe pas, ou vous n&#39;y avez pas accès." in closed.text


async def test_the_box_says_or_commands(site: Site) -> None:
    answer = await site.send("/dire", texte="/atelier file")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?qui=ad1&lieu=revue#fin")
    await site.send("/dire", texte="/atelierx\r\nbonjour")
    await site.send("/dire", texte="  ")
    asked, said = site.events
    assert isinstance(asked, Asked)
    assert asked.text == "file"
    assert isinstance(said, Said)
    assert said.text == "/atelierx\nbonjour"


async def test_a_reply_goes_to_its_thread(site: Site) -> None:
    root = site.world.post("revue", card(), NOON)
    answer = await site.send("/dire", texte="d'accord", fil=root.id)
    assert answer.headers["location"].endswith(f"#{root.id}")
    assert site.world.posts["p2"].thread == root.id
    page = await site.page()
    assert page.index('class="thread"') < page.index('id="p2"')


async def test_a_press_sends_the_token_of_the_page(site: Site) -> None:
    site.world.post("revue", card(Button(label=tr("Valider la demande"), token=OPEN)), NOON)
    site.answers.append(Answer(replies=(Say(message=Message(text=tr("Noté."))),)))
    page = await site.page()
    token = unescape(re.search(r'name="jeton" value="([^"]+)"[^>]*>Valider la demande<', page)[1])
    await site.send("/bouton", message="p1", jeton=token)
    event = site.events[0]
    assert isinstance(event, Pressed)
    assert (event.token, event.post) == (OPEN, "p1")
    assert "Noté." in await site.page()


async def test_a_token_that_was_never_shown_is_refused(site: Site) -> None:
    site.world.post("revue", card(Button(label=tr("Valider la demande"), token=OPEN)), NOON)
    forged = OPEN.model_copy(update={"ref": "ADT-2026-0008"})
    assert (await site.send("/bouton", message="p1", jeton=forged.model_dump_json())).status_code == 404
    assert (await site.send("/bouton", message="p1", jeton="{")).status_code == 400
    assert site.events == []


async def test_a_menu_line_is_chosen(site: Site) -> None:
    menu = Menu(label=tr("Département"), token=OPEN, choices=(("55", tr("Meuse")),))
    site.world.post("revue", card(menus=(menu,)), NOON)
    assert '<option value="55">Meuse</option>' in await site.page()
    await site.send("/menu", message="p1", jeton=OPEN.model_dump_json(), valeur="")
    await site.send("/menu", message="p1", jeton=OPEN.model_dump_json(), valeur="55")
    assert [e.token.arg for e in site.events if isinstance(e, Pressed)] == ["55"]


async def test_a_form_with_problems_keeps_what_was_typed(site: Site) -> None:
    site.answers += [
        Answer(replies=(Ask(form=FORM),)),
        Answer(replies=(Correct(problems={"avis": tr("Trop court.")}),)),
    ]
    await site.send("/dire", texte="/atelier valider")
    page = await site.page()
    assert "<dialog open" in page
    assert "aria-invalid" not in page
    await site.send(
        "/formulaire",
        jeton=OPEN.model_dump_json(),
        **{"q.avis": "<oui> & non\r\nfin", "q.thèmes": ["a", "b"], "q.le": ""},
    )
    filled = site.events[-1]
    assert isinstance(filled, Filled)
    assert filled.given == {"avis": "<oui> & non\nfin", "thèmes": ("a", "b"), "le": ""}
    page = await site.page()
    assert "&lt;oui&gt; &amp; non\nfin</textarea>" in page
    assert "Trop court." in page
    assert page.count(" checked") == 2
    await site.send("/formulaire", jeton=OPEN.model_dump_json(), **{"q.avis": "oui", "q.le": ""})
    assert site.events[-1].given == {"avis": "oui", "thèmes": (), "le": ""}
    assert "<dialog" not in await site.page()


async def test_a_form_closes_without_being_sent(site: Site) -> None:
    site.answers.append(Answer(replies=(Ask(form=FORM),)))
    await site.send("/dire", texte="/atelier valider")
    await site.send("/fermer")
    assert "<dialog" not in await site.page()
    assert len(site.events) == 1


async def test_peoples_words_are_escaped_everywhere(site: Site) -> None:
    hostile = "<script>alert(1)</script> **gras** \"'"
    site.world.people(Persona(account='a"><b>', name=hostile, title=hostile))
    site.world.channel("x", hostile, ["ad1"])
    menu = Menu(label=raw(hostile), token=OPEN.model_copy(update={"arg": hostile}), choices=((hostile, raw(hostile)),))
    shown = Message(
        text=raw(hostile),
        card=Card(title=raw(hostile), state=raw(hostile), paragraphs=(raw(hostile),), menus=(menu,),
                  buttons=(Button(label=raw(hostile), token=OPEN, command=hostile),)),
        files=(File(id="f9", name=hostile, mime="text/html", size=1),),
    )  # fmt: skip
    site.world.post("revue", shown, NOON)
    problem = Correct(problems={"avis": raw(hostile), "": raw(hostile)})
    site.answers += [Answer(replies=(Ask(form=FORM),)), Answer(replies=(problem,))]
    await site.send("/dire", texte="/atelier valider")
    await site.send("/formulaire", jeton=OPEN.model_dump_json(), **{"q.avis": "</textarea>" + hostile})
    page = await site.page()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 12
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<strong>gras" not in page
    assert page.count("</textarea>") == page.count("<textarea")


async def test_files_dropped_come_back_as_downloads_to_those_who_see_them(site: Site) -> None:
    given = {"qui": "ad1", "lieu": "revue", "texte": "la lettre"}
    await site.http.post("/dire", data=given, files=[("fichiers", ("lettre d'été.pdf", b"%PDF-1.7"))])
    event = site.events[0]
    assert isinstance(event, Attached)
    assert [(f.name, f.content) for f in event.files] == [("lettre d'été.pdf", b"%PDF-1.7")]
    id_ = site.world.posts["p2"].message.files[0].id
    answer = await site.http.get(f"/fichier/{id_}", params={"qui": "ad1"})
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''lettre%20d%27%C3%A9t%C3%A9.pdf"
    assert (await site.http.get(f"/fichier/{id_}", params={"qui": "ddt55"})).status_code == 404


async def test_files_of_the_bot_are_fetched(site: Site) -> None:
    file = File(id="agenda", name="atelier.ics", mime="text/calendar", size=15)
    site.world.post("revue", Message(text=tr("Voici."), files=(file,)), NOON)
    answer = await site.http.get("/fichier/agenda", params={"qui": "ad1"})
    assert answer.content == b"BEGIN:VCALENDAR"


async def test_the_clock_is_told_in_french_and_jumps(site: Site) -> None:
    assert "mardi 24 novembre 2026 à 12 h 00" in await site.page()
    before = (await site.http.get("/revision")).json()["revision"]
    await site.send("/horloge", pas="semaine")
    assert site.jumps == [NOON + timedelta(weeks=1)]
    assert site.world.offset == timedelta(weeks=1)
    assert "mardi 1er décembre 2026 à 12 h 00" in await site.page()
    assert (await site.http.get("/revision")).json()["revision"] > before
    assert (await site.send("/horloge", pas="siècle")).status_code == 404


@pytest.mark.parametrize(
    "host",
    ["pirate.example", "127.0.0.1.pirate.example", "localhost@pirate.example", "", "[::2]", "[", "192.168.1.4:8000"],
)
async def test_a_forged_host_is_refused(site: Site, host: str) -> None:
    for path in ("/", "/revision", "/static/sandbox.css", "/fichier/f1"):
        answer = await site.http.get(path, headers={"Host": host})
        assert answer.status_code == 403
        assert "ne répond qu'à cet ordinateur" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "[::1]:8000", "LOCALHOST"])
async def test_this_computer_is_served_under_each_of_its_names(site: Site, host: str) -> None:
    assert (await site.http.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://pirate.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
    ],
)
async def test_another_sites_form_changes_nothing(site: Site, headers: dict[str, str]) -> None:
    answer = await site.http.post("/dire", data={"qui": "ad1", "lieu": "revue", "texte": "oui"}, headers=headers)
    assert (answer.status_code, site.posts()) == (403, [])


async def test_our_own_form_is_taken(site: Site) -> None:
    ours = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    answer = await site.http.post("/dire", data={"qui": "ad1", "lieu": "revue", "texte": "oui"}, headers=ours)
    assert (answer.status_code, site.posts()) == (303, ["oui"])


async def test_what_is_too_heavy_is_refused_in_french(site: Site) -> None:
    answer = await site.http.post("/dire", content=b"x" * (30 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.text) == (413, "Cet envoi est trop lourd : 30 Mo au plus.")


async def test_a_body_that_hides_its_length_is_counted(site: Site) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="fichiers"; filename="a.pdf"\r\n\r\n'
        for _ in range(31):
            yield b"x" * 1024 * 1024

    answer = await site.http.post("/dire", content=body(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert (answer.status_code, answer.text) == (413, "Cet envoi est trop lourd : 30 Mo au plus.")
    assert site.events == []


async def test_nothing_comes_from_elsewhere(site: Site) -> None:
    answer = await site.http.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r'(src|href|action)="(?!/|#)', answer.text)
    assert not re.search(r"<script(?! src=)|<style| style=| on\w+=", answer.text)


async def test_every_field_has_its_label(site: Site) -> None:
    menu = Menu(label=tr("Département"), token=OPEN, choices=(("55", tr("Meuse")),))
    site.world.post("revue", card(Button(label=tr("Valider"), token=OPEN), menus=(menu,)), NOON)
    site.answers.append(Answer(replies=(Ask(form=FORM),)))
    await site.send("/dire", texte="/atelier valider")
    page = await site.page()
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    fields = re.findall(r"<(?:select|textarea|input(?! type=\"(?:hidden|checkbox)\"))[^>]*>", page)
    assert {re.search(r' id="([^"]+)"', f)[1] for f in fields} == labelled
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert '<html lang="fr">' in page


async def test_an_empty_sandbox_says_so() -> None:
    site = Site()
    site.world.personas.clear()
    async with site.http:
        assert "Personne n&#39;est inscrit" in (await site.http.get("/")).text
