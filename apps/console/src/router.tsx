import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { basePath } from './api/session.ts'
import { Empty, Failure } from './parts/Result.tsx'
import { Overview } from './pages/Overview.tsx'
import { Gate } from './shell/Gate.tsx'
import { textsOf } from './state/search.ts'

const root = createRootRoute({
  component: Gate,
  notFoundComponent: () => <Empty title="There is no such page" />,
  errorComponent: Failure,
})

const getParentRoute = () => root

const routes = [
  createRoute({ getParentRoute, path: '/', component: Overview }),
  createRoute({
    getParentRoute,
    path: '/orders',
    validateSearch: textsOf('status', 'cursor'),
    component: lazyRouteComponent(() => import('./pages/Orders.tsx'), 'Orders'),
  }),
  createRoute({
    getParentRoute,
    path: '/orders/$id',
    validateSearch: textsOf('tab'),
    component: lazyRouteComponent(() => import('./pages/OrderDetails.tsx'), 'OrderDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/reports',
    validateSearch: textsOf('cursor'),
    component: lazyRouteComponent(() => import('./pages/Reports.tsx'), 'Reports'),
  }),
  createRoute({
    getParentRoute,
    path: '/reports/$id',
    component: lazyRouteComponent(() => import('./pages/ReportDetails.tsx'), 'ReportDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/tickets',
    validateSearch: textsOf('status', 'priority', 'topic', 'assignee', 'cursor'),
    component: lazyRouteComponent(() => import('./pages/Tickets.tsx'), 'Tickets'),
  }),
  createRoute({
    getParentRoute,
    path: '/tickets/$id',
    component: lazyRouteComponent(() => import('./pages/TicketDetails.tsx'), 'TicketDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/chats',
    validateSearch: textsOf('status', 'assignee', 'cursor'),
    component: lazyRouteComponent(() => import('./pages/Chats.tsx'), 'Chats'),
  }),
  createRoute({
    getParentRoute,
    path: '/chats/$id',
    component: lazyRouteComponent(() => import('./pages/ChatDetails.tsx'), 'ChatDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/sagas',
    validateSearch: textsOf('state', 'service'),
    component: lazyRouteComponent(() => import('./pages/Sagas.tsx'), 'Sagas'),
  }),
  createRoute({
    getParentRoute,
    path: '/sagas/$id',
    component: lazyRouteComponent(() => import('./pages/SagaDetails.tsx'), 'SagaDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/events',
    validateSearch: textsOf('type', 'text'),
    component: lazyRouteComponent(() => import('./pages/Events.tsx'), 'Events'),
  }),
  createRoute({
    getParentRoute,
    path: '/events/$id',
    component: lazyRouteComponent(() => import('./pages/EventDetails.tsx'), 'EventDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/dead-letters',
    validateSearch: textsOf('state', 'service'),
    component: lazyRouteComponent(() => import('./pages/DeadLetters.tsx'), 'DeadLetters'),
  }),
  createRoute({
    getParentRoute,
    path: '/traces',
    validateSearch: textsOf('service', 'show'),
    component: lazyRouteComponent(() => import('./pages/Traces.tsx'), 'Traces'),
  }),
  createRoute({
    getParentRoute,
    path: '/logs',
    validateSearch: textsOf('service', 'level', 'trace', 'text', 'from', 'to', 'cursor', 'line'),
    component: lazyRouteComponent(() => import('./pages/Logs.tsx'), 'Logs'),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts',
    validateSearch: textsOf('state', 'severity', 'service', 'cursor'),
    component: lazyRouteComponent(() => import('./pages/Alerts.tsx'), 'Alerts'),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts/silences',
    validateSearch: textsOf('cursor'),
    component: lazyRouteComponent(() => import('./pages/Silences.tsx'), 'Silences'),
  }),
  createRoute({
    getParentRoute,
    path: '/alerts/$id',
    component: lazyRouteComponent(() => import('./pages/AlertDetails.tsx'), 'AlertDetails'),
  }),
  createRoute({
    getParentRoute,
    path: '/service-levels',
    validateSearch: textsOf('service', 'budget'),
    component: lazyRouteComponent(() => import('./pages/ServiceLevels.tsx'), 'ServiceLevels'),
  }),
  createRoute({
    getParentRoute,
    path: '/audit',
    validateSearch: textsOf('service', 'operation', 'outcome', 'actor', 'person', 'target', 'cursor', 'entry'),
    component: lazyRouteComponent(() => import('./pages/Audit.tsx'), 'Audit'),
  }),
  createRoute({
    getParentRoute,
    path: '/runbooks/$name',
    component: lazyRouteComponent(() => import('./pages/Runbook.tsx'), 'Runbook'),
  }),
  createRoute({
    getParentRoute,
    path: '/traces/$id',
    validateSearch: textsOf('span'),
    component: lazyRouteComponent(() => import('./pages/TraceDetails.tsx'), 'TraceDetails'),
  }),
] as const

/** The pages of the console by their addresses, which hold what a page shows. */
export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: basePath,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // in the frame of the console, so that the other pages can be reached
  defaultErrorComponent: ({ error }) => <Failure error={error} onRetry={() => location.reload()} />,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
