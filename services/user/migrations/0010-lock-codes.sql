-- After too many wrong codes those of the app are refused until then. No link lifts it: a mailbox alone must not allow further guesses.
alter table second_factors add column codes_locked_until timestamptz;
