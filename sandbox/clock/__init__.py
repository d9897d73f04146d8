"""Predicts how long a run would take on the real clouds, from published times and the graph of dependencies.

Nothing here waits: the engine runs at the sandbox's speed, and the schedule is calculated from what it did.
"""
