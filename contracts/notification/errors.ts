import { errors } from '@stoa/contract'

/** The errors that notification returns. */
export const notificationErrors = errors({
  'notification.not_found': {
    kind: 'not_found',
    title: 'No such notification',
    why: 'There is no message with this id, or it belongs to another account.',
    fix: 'Check the id.',
  },
  'notification.template_not_found': {
    kind: 'not_found',
    title: 'No such template',
    why: 'There is no template of this kind in this language.',
    fix: 'Choose a template from the list.',
  },
  'notification.kind_reserved': {
    kind: 'forbidden',
    title: 'Messages of this kind concern the security of an account',
    why: 'Changing the template of such a message, or sending one, needs the permission `template:manage:security`: its text could disclose the link, or mislead the owner.',
    fix: 'Ask an administrator, or send a message of the kind `message`.',
  },
  'notification.template_invalid': {
    kind: 'invalid',
    title: 'The template cannot be parsed',
    why: 'A placeholder is not closed, or does not name a variable.',
    fix: 'Correct the position that `detail` names.',
  },
  'notification.variable_missing': {
    kind: 'invalid',
    title: 'A variable of the template has no value',
    why: 'The template uses a variable that the request does not contain.',
    fix: 'Send the variable that `detail` names.',
  },
  'notification.recipient_unknown': {
    kind: 'invalid',
    title: 'The recipient is unknown',
    why: 'No account has this id, or the account was erased.',
    fix: 'Check the id of the account.',
  },
  'notification.channel_not_configured': {
    kind: 'invalid',
    title: 'The recipient cannot be reached by this channel',
    why: 'No mail server is configured, or the recipient has no address for this channel.',
    fix: 'Omit `channel`, or set `SMTP_URL`.',
  },
  'notification.channel_unavailable': {
    kind: 'unavailable',
    title: 'The channel does not respond',
    why: 'The mail server or the server of another channel does not respond.',
    fix: 'Nothing: the message is sent again automatically.',
  },
})
