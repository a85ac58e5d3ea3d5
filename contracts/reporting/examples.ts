import type { Examples } from '@stoa/contract'
import type * as dashboards from './dashboards-http.ts'
import type * as http from './http.ts'
import type * as schedules from './schedules-http.ts'

/** Examples of the operations of reporting. */
export const reportingExamples: Examples<typeof http & typeof schedules & typeof dashboards> = {
  generateReport: {
    body: {
      template: 'sales-by-country',
      from: '2026-11-01',
      to: '2026-12-01',
      currency: 'EUR',
      formats: ['pdf', 'xlsx', 'csv'],
    },
  },
  generateQueryReport: {
    body: {
      title: 'Best products of the year',
      query: {
        measures: ['units', 'revenue'],
        dimensions: ['currency', 'product'],
        from: '2026-01-01',
        to: '2027-01-01',
        orderBy: [{ by: 'revenue', descending: true }],
        limit: 100,
      },
      chart: { x: 'product', y: 'revenue' },
      formats: ['pdf', 'xlsx', 'csv'],
      language: 'de',
    },
  },
  createSchedule: {
    body: {
      title: 'Sales of the week',
      template: 'sales',
      currency: 'EUR',
      formats: ['pdf', 'xlsx'],
      cron: '30 6 * * mon',
      timeZone: 'Europe/Vienna',
      period: 'last-week',
      recipients: ['01920000-0000-7000-8000-000000000002'],
    },
  },
  replaceSchedule: {
    body: {
      title: 'Sales of yesterday',
      query: { measures: ['units', 'revenue'], dimensions: ['currency', 'category'] },
      chart: { x: 'category', y: 'revenue' },
      language: 'de',
      cron: '0 7 * * *',
      timeZone: 'America/New_York',
      period: 'yesterday',
    },
  },
  createDashboard: {
    body: {
      title: 'The shop',
      tiles: [
        { title: 'Revenue', kpi: 'revenue' },
        {
          title: 'Revenue by category',
          query: { measures: ['revenue'], dimensions: ['currency', 'category'] },
          chart: { x: 'category', y: 'revenue' },
        },
      ],
    },
  },
  replaceDashboard: { body: { title: 'The shop', tiles: [{ title: 'Orders', kpi: 'ordersPlaced' }] } },
  readFigures: { query: { from: '2026-11-01', to: '2026-12-01', currency: 'EUR' } },
}
