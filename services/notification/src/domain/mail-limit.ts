/**
 * How many mails a mailbox gets that no account has verified as its own. Anyone can name the address of another, as a guest
 * or in a registration, and would otherwise have the shop flood it. Further messages are in the inbox only.
 */
export const mailLimit = { perHour: 5, perDay: 20 } as const
