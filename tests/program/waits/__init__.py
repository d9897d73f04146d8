"""Why one thing waits for another: the reason for each dependency between the services of a stack, as data."""
