"""Facts made into pages: for each state of the charts a pure function of session and tools. No words, no drawing."""
