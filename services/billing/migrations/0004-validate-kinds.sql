alter table number_series validate constraint number_series_kind_check;
alter table documents validate constraint documents_kind_check;
