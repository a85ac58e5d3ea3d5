/** Good requests that no client can make, and why. */
export const outOfReach: Readonly<Record<string, string>> = {
  'user.unlockUser': 'the link goes by e-mail',
  'user.resetPassword': 'the link goes by e-mail',
  'user.verifyEmail': 'the link goes by e-mail',
  'payment.createPayment': 'an order pays by itself as soon as it is placed',
  'payment.capturePayment': 'only what staff have authorised for an order that has not paid yet is captured by hand',
  'reporting.repeatReport': 'a report fails only where the lake does',
  'support.openChat': 'a WebSocket is opened by an upgrade, which tests of its own do',
  'payment.receiveWebhook': 'a provider signs it',
  'shipping.receiveTracking': 'a carrier signs it',
  'registry.registerInstance': 'only the processes of the system have the token',
  'registry.heartbeat': 'only the processes of the system have the token',
  'registry.deregisterInstance': 'only the processes of the system have the token',
  'registry.offerRoutes': 'only the processes of the system have the token',
  'monitoring.getAlert': 'an alert fires only where something is wrong',
  'monitoring.acknowledgeAlert': 'an alert fires only where something is wrong',
}
