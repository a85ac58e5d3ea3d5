import { errors } from '@stoa/contract'

/** The errors that support returns. */
export const supportErrors = errors({
  'support.ticket_not_found': {
    kind: 'not_found',
    title: 'No such ticket',
    why: 'There is no ticket with this id, or it belongs to another account.',
    fix: 'Check the id.',
  },
  'support.message_not_found': {
    kind: 'not_found',
    title: 'No such message',
    why: 'The ticket has no message with this id that you may read.',
    fix: 'Check the id.',
  },
  'support.order_unknown': {
    kind: 'invalid',
    title: 'The order is unknown',
    why: 'There is no order with this id, or it belongs to another account.',
    fix: 'Send the id of one of your orders, or omit `orderId`.',
  },
  'support.too_many_tickets': {
    kind: 'rate_limited',
    title: 'Too many tickets',
    why: 'The account has opened as many tickets within a day as one account may.',
    fix: 'Reply to a ticket that is open, or wait for the time in `Retry-After`.',
  },
  'support.too_many_messages': {
    kind: 'rate_limited',
    title: 'Too many messages',
    why: 'The account has sent as many messages within a day as one account may.',
    fix: 'Wait for the time in `Retry-After`.',
  },
  'support.ticket_full': {
    kind: 'conflict',
    title: 'The ticket has too many messages',
    why: 'A ticket has a limited number of messages.',
    fix: 'Open a new ticket that names the number of this one.',
  },
  'support.attachment_not_found': {
    kind: 'not_found',
    title: 'No such attachment',
    why: 'The ticket has no attachment with this id.',
    fix: 'List the attachments of the ticket.',
  },
  'support.attachments_full': {
    kind: 'conflict',
    title: 'The ticket has 20 attachments',
    why: 'A ticket can have 20 attachments.',
    fix: 'Open a new ticket that names the number of this one.',
  },
  'support.too_many_attachments': {
    kind: 'rate_limited',
    title: 'Too many attachments',
    why: 'The account has attached as many files within a day as one account may.',
    fix: 'Wait for the time in `Retry-After`.',
  },
  'support.ticket_closed': {
    kind: 'conflict',
    title: 'The ticket is closed',
    why: 'A ticket is closed some days after it was resolved, and then no longer changes.',
    fix: 'Open a new ticket that names the number of this one.',
  },
  'support.move_not_allowed': {
    kind: 'conflict',
    title: 'The ticket cannot change to this status',
    why: 'The current status does not allow this change; `detail` names both.',
    fix: 'Read the ticket again.',
  },
  'support.internal_for_staff': {
    kind: 'forbidden',
    title: 'Internal notes are for staff',
    why: 'A customer has sent a message with `internal: true`.',
    fix: 'Omit `internal`.',
  },
  'support.assignee_unknown': {
    kind: 'invalid',
    title: 'The assignee cannot work on tickets',
    why: 'There is no active account with this id that has a role of customer service.',
    fix: 'Send the id of an account with the role support, staff, manager or admin.',
  },
  'support.macro_not_found': {
    kind: 'not_found',
    title: 'No such macro',
    why: 'There is no canned reply with this id.',
    fix: 'Choose one from the list.',
  },
  'support.macro_invalid': {
    kind: 'invalid',
    title: 'The macro cannot be parsed',
    why: 'A placeholder is not closed, or does not name a variable.',
    fix: 'Write variables as `{{name}}`, with letters and digits.',
  },
  'support.variable_missing': {
    kind: 'invalid',
    title: 'A variable of the macro has no value',
    why: 'The macro uses a variable that neither the ticket nor the request contains.',
    fix: 'Send the variable that `detail` names.',
  },
  'support.article_not_found': {
    kind: 'not_found',
    title: 'No such article',
    why: 'There is no article with this id, or it is not published.',
    fix: 'Choose an article from the list.',
  },
  'support.article_exists': {
    kind: 'conflict',
    title: 'The article exists in this language',
    why: 'An article with this key and this locale exists.',
    fix: 'Change that article, or choose another key.',
  },
  'support.version_unknown': {
    kind: 'invalid',
    title: 'No such version',
    why: 'The article has no version with this number.',
    fix: 'Choose a version from the list of versions.',
  },
  'support.not_resolved': {
    kind: 'conflict',
    title: 'The ticket is not resolved',
    why: 'Only resolved and closed tickets can be rated.',
    fix: 'Wait until the ticket is resolved.',
  },
  'support.already_rated': {
    kind: 'conflict',
    title: 'The ticket is already rated',
    why: 'A ticket is rated once.',
    fix: 'Read the rating in the ticket.',
  },
})
