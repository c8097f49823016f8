"""The words of reviews. A sentence is a beginning, the product, what it did and how: in the past, which fits one and many alike."""

from __future__ import annotations

from typing import Final

__all__ = ["AGAIN", "ASPECTS", "BEGINNINGS", "DONE", "HOW", "NEUTRAL", "SEASONS", "TITLES", "TITLE_ENDS"]

ASPECTS: Final = ("quality", "use", "price", "delivery", "fit")
# Cell of what is told without praise or blame, after those of the aspects: blame, then praise.
NEUTRAL: Final = 2 * len(ASPECTS)
SEASONS: Final = ("winter", "spring", "summer", "autumn")
# Of any sentence, before the product, and of later ones, before "it" or "they".
BEGINNINGS: Final = (
    "The ", "My ", "Our ", "The new ", "So far the ", "In short, the ", "As for me, the ", "I must say, the ", "Honestly, the ", "For us the ",
)  # fmt: skip
AGAIN: Final = (
    "", "Also, ", "Besides, ", "And ", "To be fair, ", "All in all, ", "What is more, ", "On top of that, ", "Otherwise ", "In the end ",
)  # fmt: skip


def _cells(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("|")) for line in text.strip("\n").splitlines())


# By cell: blame and praise of quality, use, price, delivery and fit, then neutral; each with as many phrases.
DONE: Final = _cells("""
broke|came apart|looked cheap|showed cracks|lost colour|wore out|felt flimsy|stopped being of use
felt solid|looked beautiful|held up well|kept the colour|showed careful work|felt like quality|looked better than in the picture|stayed as good as new
did not do the job|made things harder|ended up in a drawer|turned out impractical|got in the way|disappointed us|proved useless|needed too much care
did the job|made things easier|came into use at once|turned out practical|found a place of honour|delighted us|proved useful|needed hardly any care
cost too much|did not justify the price|got cheaper right after I paid|felt overpriced|gave little for the money|made me regret the money|cost more than better ones elsewhere|looked like half of what I paid
cost less than I feared|justified the price|came at a fair price|felt like a bargain|gave a lot for the money|made me glad about the money|cost less than worse ones elsewhere|looked like twice what I paid
arrived late|came in a torn box|took ages to get here|got stuck on the way|arrived without a word|came with a dent|went to the wrong house|kept me waiting
arrived early|came well packed|got here within days|arrived as promised|arrived without a scratch|came with a kind note|went straight to my door|hardly kept me waiting
turned out too small|did not fit|came in another shade|turned out too big|sat badly|did not match the size given|pinched|lost all shape
fitted well|had the right size|came in just the shade shown|turned out neither small nor big|sat nicely|matched the size given|felt comfortable|flattered me
replaced an older one|went to my sister|came as a gift|travelled with me|moved in with us|joined two others that we own|got a first turn|came with a friend's order
""")
HOW: Final = _cells("""
 after a week| on the second day| at the seams| sooner than expected|, although I took care|, in spite of the reviews|, which is a shame||
 after months| from the first day| down to the last detail| longer than I thought|, although we are rough|, just as the reviews said|, which is a joy||
 for what I had in mind| at home| when it mattered| for the children| in daily life| more often than not|, for all its promises|, and had to go back|
 for what I had in mind| at home| when it mattered| for the children| in daily life| more often than not| for all of us|, and may stay|
 for what it is|, in my opinion| compared with others| given the material|, even on offer| by a good deal|, and I checked twice||
 for what it is|, in my opinion| compared with others| given the material|, even before the offer| by a good deal|, and I checked twice||
, and nobody answered my mail| just before the birthday|, without any news|, a week after the date given|, although I paid for shipping|, and support could not help| this time||
, and support answered at once| just before the birthday|, with news on every step|, in spite of the weather|, although shipping was free|, and the driver called| this time||
, although I measured| after one wash| for someone of my height|, contrary to the size table| in every way|, and looked odd|, and had to go back||
, as I had measured| after several washes| for someone of my height|, just like the size table| in every way|, and looked right|, and may stay||
 this {season}| last {season}| at the end of the {season}| last month| on a whim| after some thought| as planned| a few weeks ago|
""")  # fmt: skip
# Blame, then praise; and what may follow.
TITLES: Final = _cells("""
Disappointed by the {noun}|Not the {noun} I hoped for|Would not buy the {noun} again|Poor {noun}|No money for the {noun}|Weak {noun}|{noun}: had to go back|Expected more of the {noun}|No luck with the {noun}|Beware of the {noun}
Happy with the {noun}|Just the {noun} I hoped for|Would buy the {noun} again|Great {noun}|Money well spent on the {noun}|Fine {noun}|{noun}: may stay|Expected less of the {noun}|All good with the {noun}|Go for the {noun}
""")  # fmt: skip
TITLE_ENDS: Final = ("", "", "!", ", in short", ", all in all", ", my verdict", " (so far)", ", honestly")
