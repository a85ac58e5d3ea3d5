import { Link } from '@tanstack/react-router'

/** The way between the pages about alerts. */
export function AlertTabs() {
  const activeOptions = { exact: true, includeSearch: false }
  return (
    <nav className="tabs" aria-label="Views of alerts">
      <Link to="/alerts" search={{}} activeOptions={activeOptions}>
        Alerts
      </Link>
      <Link to="/alerts/silences" search={{}} activeOptions={activeOptions}>
        Silences
      </Link>
    </nav>
  )
}
