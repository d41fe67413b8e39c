"""The law as pure data: who may, what may follow what, what is recorded, which accounts move. No SQL, no HTTP."""
