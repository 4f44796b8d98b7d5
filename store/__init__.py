"""The store: engine, the one writer at a time, migrations, and named reads and writes per noun.

Raw SQL lives only here. Every function takes a connection (`conn`, reading) or a transaction (`tx`, writing) first.
"""
