import { withoutModule } from '@stoa/contract'
import { authPermissions } from '@stoa/contracts/auth/permissions'
import { auth } from '@stoa/contracts/auth/service'
import { gatewayPermissions } from '@stoa/contracts/gateway/permissions'
import { registry } from '@stoa/contracts/registry/service'
import { roleNames } from '@stoa/contracts/shared/roles'
import { userPermissions } from '@stoa/contracts/user/permissions'
import { user } from '@stoa/contracts/user/service'
import { document, documentPermissions } from '@stoa/examples/document/contract'
import { defineSystem } from '@stoa/system/define-system'
import { ada, demonstrationAccounts, hintOfAccounts } from '@stoa/system/seed/accounts'
import { gateway, service } from '@stoa/system/topology'

/** Documents that customers submit and staff approve: a system without the shop. */
export const system = defineSystem({
  name: 'documents',
  services: [
    service('control', registry),
    service('control', auth),
    // without guests and loyalty points, which only a shop needs
    service('services', withoutModule(user, 'shop')),
    service('examples', document),
    gateway,
  ],
  roles: roleNames.filter((role) => role !== 'guest' && role !== 'analyst'),
  permissions: [authPermissions, gatewayPermissions, userPermissions, documentPermissions],
  seed: async () => demonstrationAccounts,
  hints: ({ address }) => [
    `API       ${address}/docs`,
    hintOfAccounts,
    '',
    'Submit a document:',
    `  curl -s ${address}/api/v1/documents -H 'content-type: application/json' -H "idempotency-key: $(date +%s)" \\`,
    `    -H "authorization: Bearer $(npm run -s stoa -- token --user ${ada.email})" -d '{"title":"Minutes"}'`,
  ],
})
