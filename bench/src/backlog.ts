/** The events that a new consumer group handles in one task. */
export const backlogEvents = 6_400
