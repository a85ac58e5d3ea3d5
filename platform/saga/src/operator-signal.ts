/** The request of an operator to compensate a saga, stored like a signal with a name that no contract declares. */
export const compensateSignal = '$compensate'
