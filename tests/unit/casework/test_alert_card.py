"""An alert is a plain line and then a card: where the card cannot be made, it follows once it can."""

from __future__ import annotations

from tests.cards_ways import ABI, report
from tests.stage import Noted, Stage, stage


def cards_of_alerts(on: Stage, who: str) -> int:
    """How many alerts stand as cards in that person's chat."""
    shown = on.teams.shown(f"a:{on.person(who)}")
    return sum(
        "Please open it and say" in str(p.message.card) or "yours to deal" in str(p.message.card)
        for p in shown
    )


async def test_a_card_that_could_not_be_made_after_its_line_follows_once_it_can() -> None:
    async with stage("card") as on:
        await on.install()
        whole = dict(on.texts)
        faulty = Noted({key: text for key, text in whole.items() if key != "alert_owner"})
        sound, on.texts.texts = on.texts.texts, faulty.texts
        await report(on, "tutor", what="child", pupils_affected=ABI)
        assert any("Serious: case" in line.text for line in on.lines)
        assert cards_of_alerts(on, "dsl") == 0
        on.texts.texts = sound
        await on.wind(minutes=2)
        assert cards_of_alerts(on, "dsl") == 1
        await on.wind(minutes=5)
        assert cards_of_alerts(on, "dsl") == 1
