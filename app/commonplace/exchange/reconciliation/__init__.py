"""Match other people's tables with the things of the library, as the Reconciliation Service API 0.2 has it."""
