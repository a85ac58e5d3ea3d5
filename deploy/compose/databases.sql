-- Made from systems/shop.ts and the contracts by "stoa publish compose": do not edit.
\getenv password REGISTRY_PASSWORD
select 'create role stoa_registry login' where not exists (select from pg_roles where rolname = 'stoa_registry') \gexec
alter role stoa_registry password :'password';
select 'create database stoa_registry owner stoa_registry encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_registry') \gexec
revoke connect, temporary on database stoa_registry from public;

\getenv password AUTH_PASSWORD
select 'create role stoa_auth login' where not exists (select from pg_roles where rolname = 'stoa_auth') \gexec
alter role stoa_auth password :'password';
select 'create database stoa_auth owner stoa_auth encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_auth') \gexec
revoke connect, temporary on database stoa_auth from public;

\getenv password CONFIG_PASSWORD
select 'create role stoa_config login' where not exists (select from pg_roles where rolname = 'stoa_config') \gexec
alter role stoa_config password :'password';
select 'create database stoa_config owner stoa_config encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_config') \gexec
revoke connect, temporary on database stoa_config from public;

\getenv password MONITORING_PASSWORD
select 'create role stoa_monitoring login' where not exists (select from pg_roles where rolname = 'stoa_monitoring') \gexec
alter role stoa_monitoring password :'password';
select 'create database stoa_monitoring owner stoa_monitoring encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_monitoring') \gexec
revoke connect, temporary on database stoa_monitoring from public;

\getenv password USER_PASSWORD
select 'create role stoa_user login' where not exists (select from pg_roles where rolname = 'stoa_user') \gexec
alter role stoa_user password :'password';
select 'create database stoa_user owner stoa_user encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_user') \gexec
revoke connect, temporary on database stoa_user from public;

\getenv password INVENTORY_PASSWORD
select 'create role stoa_inventory login' where not exists (select from pg_roles where rolname = 'stoa_inventory') \gexec
alter role stoa_inventory password :'password';
select 'create database stoa_inventory owner stoa_inventory encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_inventory') \gexec
revoke connect, temporary on database stoa_inventory from public;

\getenv password PRICING_PASSWORD
select 'create role stoa_pricing login' where not exists (select from pg_roles where rolname = 'stoa_pricing') \gexec
alter role stoa_pricing password :'password';
select 'create database stoa_pricing owner stoa_pricing encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_pricing') \gexec
revoke connect, temporary on database stoa_pricing from public;

\getenv password ORDER_PASSWORD
select 'create role stoa_order login' where not exists (select from pg_roles where rolname = 'stoa_order') \gexec
alter role stoa_order password :'password';
select 'create database stoa_order owner stoa_order encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_order') \gexec
revoke connect, temporary on database stoa_order from public;

\getenv password PAYMENT_PASSWORD
select 'create role stoa_payment login' where not exists (select from pg_roles where rolname = 'stoa_payment') \gexec
alter role stoa_payment password :'password';
select 'create database stoa_payment owner stoa_payment encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_payment') \gexec
revoke connect, temporary on database stoa_payment from public;

\getenv password SHIPPING_PASSWORD
select 'create role stoa_shipping login' where not exists (select from pg_roles where rolname = 'stoa_shipping') \gexec
alter role stoa_shipping password :'password';
select 'create database stoa_shipping owner stoa_shipping encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_shipping') \gexec
revoke connect, temporary on database stoa_shipping from public;

\getenv password BILLING_PASSWORD
select 'create role stoa_billing login' where not exists (select from pg_roles where rolname = 'stoa_billing') \gexec
alter role stoa_billing password :'password';
select 'create database stoa_billing owner stoa_billing encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_billing') \gexec
revoke connect, temporary on database stoa_billing from public;

\getenv password NOTIFICATION_PASSWORD
select 'create role stoa_notification login' where not exists (select from pg_roles where rolname = 'stoa_notification') \gexec
alter role stoa_notification password :'password';
select 'create database stoa_notification owner stoa_notification encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_notification') \gexec
revoke connect, temporary on database stoa_notification from public;

\getenv password SEARCH_PASSWORD
select 'create role stoa_search login' where not exists (select from pg_roles where rolname = 'stoa_search') \gexec
alter role stoa_search password :'password';
select 'create database stoa_search owner stoa_search encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_search') \gexec
revoke connect, temporary on database stoa_search from public;

\getenv password SUPPORT_PASSWORD
select 'create role stoa_support login' where not exists (select from pg_roles where rolname = 'stoa_support') \gexec
alter role stoa_support password :'password';
select 'create database stoa_support owner stoa_support encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_support') \gexec
revoke connect, temporary on database stoa_support from public;

\getenv password SALES_PASSWORD
select 'create role stoa_sales login' where not exists (select from pg_roles where rolname = 'stoa_sales') \gexec
alter role stoa_sales password :'password';
select 'create database stoa_sales owner stoa_sales encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_sales') \gexec
revoke connect, temporary on database stoa_sales from public;

\getenv password STREAMING_PASSWORD
select 'create role stoa_streaming login' where not exists (select from pg_roles where rolname = 'stoa_streaming') \gexec
alter role stoa_streaming password :'password';
select 'create database stoa_streaming owner stoa_streaming encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_streaming') \gexec
revoke connect, temporary on database stoa_streaming from public;

\getenv password ANALYTICS_PASSWORD
select 'create role stoa_analytics login' where not exists (select from pg_roles where rolname = 'stoa_analytics') \gexec
alter role stoa_analytics password :'password';
select 'create database stoa_analytics owner stoa_analytics encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_analytics') \gexec
revoke connect, temporary on database stoa_analytics from public;

\getenv password ETL_PASSWORD
select 'create role stoa_etl login' where not exists (select from pg_roles where rolname = 'stoa_etl') \gexec
alter role stoa_etl password :'password';
select 'create database stoa_etl owner stoa_etl encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_etl') \gexec
revoke connect, temporary on database stoa_etl from public;

\getenv password DATAMART_PASSWORD
select 'create role stoa_datamart login' where not exists (select from pg_roles where rolname = 'stoa_datamart') \gexec
alter role stoa_datamart password :'password';
select 'create database stoa_datamart owner stoa_datamart encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_datamart') \gexec
revoke connect, temporary on database stoa_datamart from public;

\getenv password REPORTING_PASSWORD
select 'create role stoa_reporting login' where not exists (select from pg_roles where rolname = 'stoa_reporting') \gexec
alter role stoa_reporting password :'password';
select 'create database stoa_reporting owner stoa_reporting encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_reporting') \gexec
revoke connect, temporary on database stoa_reporting from public;

\getenv password INFERENCE_PASSWORD
select 'create role stoa_inference login' where not exists (select from pg_roles where rolname = 'stoa_inference') \gexec
alter role stoa_inference password :'password';
select 'create database stoa_inference owner stoa_inference encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_inference') \gexec
revoke connect, temporary on database stoa_inference from public;

\getenv password EVENT_LOG_PASSWORD
select 'create role stoa_event_log login' where not exists (select from pg_roles where rolname = 'stoa_event_log') \gexec
alter role stoa_event_log password :'password';
select 'create database stoa_event_log owner stoa_event_log encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'stoa_event_log') \gexec
revoke connect, temporary on database stoa_event_log from public;
