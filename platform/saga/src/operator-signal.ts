/** An operator's wish to undo a saga, kept like a signal under a name that no contract declares. */
export const compensateSignal = '$compensate'
