import { accountOf, ask } from '../requests/accounts.ts'

/** Does what is left to staff: approves every payment that is held for review, for which its order waits. */
export async function endReviews(): Promise<void> {
  const admin = await accountOf('admin')
  const { items } = await ask('GET', '/api/v1/payments?status=in_review&limit=200', admin)
  for (const { id } of items) await ask('POST', `/api/v1/payments/${id}/review`, admin, { outcome: 'approved' })
}
