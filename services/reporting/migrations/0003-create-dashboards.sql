-- Dashboards: what their tiles show. Figures are read when they are asked for.
create table dashboards (
  id uuid primary key,
  content jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- the first one of every system
insert into dashboards (id, content, created_at, updated_at) values ('01920000-0000-7000-8000-000000000d01', '{
  "title": "Sales",
  "tiles": [
    {"title": "Orders placed", "kpi": "ordersPlaced"},
    {"title": "Orders confirmed", "kpi": "ordersConfirmed"},
    {"title": "Revenue", "kpi": "revenue"},
    {"title": "Average order value", "kpi": "averageOrderValue"},
    {"title": "Revenue by day", "query": {"measures": ["revenue"], "dimensions": ["day", "currency"]}, "chart": {"x": "day", "y": "revenue"}},
    {"title": "Revenue by country", "query": {"measures": ["revenue", "confirmedOrders"], "dimensions": ["currency", "country"], "orderBy": [{"by": "revenue", "descending": true}]}, "chart": {"x": "country", "y": "revenue"}},
    {"title": "Best products", "query": {"measures": ["units", "revenue"], "dimensions": ["currency", "product"], "orderBy": [{"by": "revenue", "descending": true}], "limit": 20}}
  ]
}', now(), now());
