-- what is still to be charged, and with what: a token or customer is forgotten at its provider once nothing is
create index payments_of_token on payments (token) where token is not null;
create index payments_of_provider_customer on payments (provider_customer) where provider_customer is not null;
