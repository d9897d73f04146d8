"""How long the real clouds would take: a prediction from published times and the graph of what waits for what.

Nothing here waits. The engine runs at the sandbox's speed, and what it did is laid out on a clock of its own.
"""
