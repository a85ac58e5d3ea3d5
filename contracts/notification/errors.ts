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
  'notification.webhook_endpoint_not_found': {
    kind: 'not_found',
    title: 'No such webhook endpoint',
    why: 'There is no webhook endpoint with this id, or it was deleted.',
    fix: 'Choose an endpoint from the list.',
  },
  'notification.webhook_url_refused': {
    kind: 'invalid',
    title: 'Webhooks cannot be sent to this URL',
    why: 'The URL is not an https URL of the Internet, or it contains a user name, a password or a fragment.',
    fix: 'Use an https URL whose host has a public address. Outside production, a URL of this machine is accepted as well.',
  },
  'notification.webhook_type_unknown': {
    kind: 'invalid',
    title: 'No service publishes events of this type',
    why: 'The system has no service that publishes events of a type that the request contains.',
    fix: 'Use the types of the AsyncAPI documents; from major version 2 on with the version, such as order.created/2.',
  },
  'notification.too_many_webhook_endpoints': {
    kind: 'conflict',
    title: 'There are too many webhook endpoints',
    why: 'The system has the maximum number of webhook endpoints.',
    fix: 'Delete endpoints that are no longer needed, or let one endpoint receive more types.',
  },
  'notification.webhook_delivery_not_found': {
    kind: 'not_found',
    title: 'No such delivery',
    why: 'The endpoint did not get an event with this id, or the delivery is older than the retention of the log.',
    fix: 'Choose a delivery from the list.',
  },
  'notification.webhook_delivery_pending': {
    kind: 'conflict',
    title: 'The delivery is still pending',
    why: 'The event has not been accepted yet, and will be sent anyway.',
    fix: 'Wait for the next attempt; resume the endpoint if it is paused.',
  },
  'notification.webhook_delivery_not_pending': {
    kind: 'conflict',
    title: 'The delivery is not pending',
    why: 'Only an event that waits can be skipped; this one was delivered, skipped, or is no longer in the event log.',
    fix: 'Read the state of the delivery.',
  },
})
