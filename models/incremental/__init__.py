"""Orders that touches caused, from touches and orders alone: a two-way declustering.

An order comes from the customer's own habit, from an earlier touch, or from the touch in whose visit it is placed; a touch comes of
itself (exogenous), or because its customer has already decided on an order (harvest). Which is which is not seen, and is found by EM
over pairs of an order and a touch before it (after Zhuang, Ogata and Vere-Jones 2002; Marsan and Lengliné 2008). `docs/incremental.md`
has the likelihood, the assumptions and what would prove it wrong.

Touches, orders and customers are rows of arrays; nothing here knows a warehouse.
"""
