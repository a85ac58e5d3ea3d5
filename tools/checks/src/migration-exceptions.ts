/**
 * Migrations that took something away before this was checked. Their text cannot change any more: its checksum is recorded in
 * every database they were applied to.
 */
export const earlier: Readonly<Record<string, string>> = {
  'platform/events/src/postgres-log/schema.ts 0003-time-partitions': 'before the first release',
  'platform/events/src/postgres-log/schema.ts 0006-audit-heads':
    'the function of the former name is made again with more in it',
  'platform/events/src/postgres-log/schema.ts 0007-elsewhere':
    'the function of the former name is made again with more in it',
  'platform/eventsourcing/src/schema.ts 0002-commands-and-snapshots': 'before the first release',
  'services/inventory/migrations/0004-create-product-views.sql': 'before the first release',
  'services/pricing/migrations/0005-bound-dates.sql': 'before the first release',
  'services/pricing/migrations/0007-key-sellable-by-product.sql': 'before the first release',
  'services/user/migrations/0006-create-links.sql': 'before the first release',
}

/** Migrations that took long locks or wrote tables anew before this was checked, likewise. */
export const earlierLocks: Readonly<Record<string, string>> = {
  'platform/eventsourcing/src/schema.ts 0002-commands-and-snapshots': 'before the first release',
  'platform/saga/src/schema.ts 0002-add-versions-and-retention': 'before the first release',
  'platform/saga/src/schema.ts 0003-add-times-and-completed': 'before the first release',
  'platform/service/src/erased-subjects.ts 0002-index-old-subjects': 'before the first release',
  'platform/tasks/src/schema.ts 0003-one-failure-per-key': 'before the first release',
  'control/auth/migrations/0009-index-all-sessions.sql': 'before the first release',
  'control/monitoring/migrations/0003-erase-accounts.sql': 'before the first release',
  'services/datamart/migrations/0002-list-without-results.sql': 'before the first release',
  'services/inventory/migrations/0004-create-product-views.sql': 'before the first release',
  'services/inventory/migrations/0005-index-open-reservations.sql': 'before the first release',
  'services/inventory/migrations/0006-fold-case-of-skus.sql': 'before the first release',
  'services/inventory/migrations/0007-total-movements.sql':
    'totals are exact only if no movement is added while they are counted',
  'services/notification/migrations/0002-add-link-of.sql': 'before the first release',
  'services/notification/migrations/0004-lead-to-pages.sql': 'a table of a few templates',
  'services/order/migrations/0004-number-cancellations.sql': 'before the first release',
  'services/payment/migrations/0004-count-payments-by-instrument.sql': 'before the first release',
  'services/payment/migrations/0005-revisit-abandoned.sql': 'before the first release',
  'services/payment/migrations/0008-await-customers.sql': 'before the first release',
  'services/payment/migrations/0009-refunds-that-fail.sql': 'before the first release',
  'services/payment/migrations/0010-forget-at-providers.sql': 'before the first release',
  'services/pricing/migrations/0003-create-customers.sql': 'before the first release',
  'services/pricing/migrations/0004-index-coupon-uses.sql': 'before the first release',
  'services/pricing/migrations/0005-bound-dates.sql': 'before the first release',
  'services/pricing/migrations/0007-key-sellable-by-product.sql': 'before the first release',
  'services/pricing/migrations/0008-count-uses-by-mailbox.sql': 'before the first release',
  'services/pricing/migrations/0009-total-coupon-uses.sql':
    'totals are exact only if no use is added while they are counted',
  'services/pricing/migrations/0010-index-quotes-of-customer.sql': 'before the first release',
  'services/pricing/migrations/0011-share-tombstones.sql': 'both releases refuse by the same table from one moment on',
  'services/reporting/migrations/0002-create-schedules.sql': 'before the first release',
  'services/shipping/migrations/0002-purge-carrier-messages.sql': 'before the first release',
  'services/shipping/migrations/0003-share-tombstones.sql': 'both releases refuse by the same table from one moment on',
  'services/support/migrations/0004-index-pending-tickets.sql': 'before the first release',
  'services/user/migrations/0007-note-since-when-sessions-count.sql': 'before the first release',
  'services/user/migrations/0008-remove-guests.sql': 'before the first release',
}
