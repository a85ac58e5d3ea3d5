import { errors } from '@stoa/contract'

/** What notification refuses with. */
export const notificationErrors = errors({
  'notification.not_found': {
    kind: 'not_found',
    title: 'No such notification',
    why: 'There is no message of this id, or it is another person’s.',
    mend: 'Check the id.',
  },
  'notification.template_not_found': {
    kind: 'not_found',
    title: 'No such template',
    why: 'There is no template of this kind in this language.',
    mend: 'Take one from the list of templates.',
  },
  'notification.template_invalid': {
    kind: 'invalid',
    title: 'The template can not be read',
    why: 'A placeholder is not closed, or names no variable.',
    mend: 'Mend the place that `detail` names.',
  },
  'notification.variable_missing': {
    kind: 'invalid',
    title: 'A variable of the template has no value',
    why: 'The template names a variable that was not sent.',
    mend: 'Send the variable that `detail` names.',
  },
  'notification.recipient_unknown': {
    kind: 'invalid',
    title: 'The recipient is unknown',
    why: 'No account has this id, or it was erased.',
    mend: 'Check the id of the account.',
  },
  'notification.channel_unavailable': {
    kind: 'unavailable',
    title: 'The channel does not answer',
    why: 'The mail server or another channel does not answer.',
    mend: 'Nothing: the message is sent again by itself.',
  },
})
