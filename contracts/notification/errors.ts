import { errors } from '@stoa/contract'

/** What notification refuses with. */
export const notificationErrors = errors({
  'notification.not_found': { kind: 'not_found', title: 'No such notification' },
  'notification.template_not_found': { kind: 'not_found', title: 'No such template' },
  'notification.template_invalid': { kind: 'invalid', title: 'The template can not be read' },
  'notification.variable_missing': { kind: 'invalid', title: 'A variable of the template has no value' },
  'notification.recipient_unknown': { kind: 'invalid', title: 'The recipient is unknown' },
  'notification.channel_unavailable': { kind: 'unavailable', title: 'The channel does not answer' },
})
