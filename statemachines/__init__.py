"""Charts: pure state machines. (state, event) -> state. No I/O; imports nothing of ours."""
