# Replace the account, the host, the certificate and the administrators by your own.
name            = "shop-development"
region          = "eu-central-1"
account_id      = "111111111111"
host            = "development.example.com"
certificate_arn = "arn:aws:acm:eu-central-1:111111111111:certificate/00000000-0000-0000-0000-000000000000"
protected       = false

network = {
  cidr               = "10.10.0.0/16"
  single_nat_gateway = true
}

cluster = {
  administrator_arns = ["arn:aws:iam::111111111111:role/administrator"]
  node_pools = {
    cpu  = { instance_types = ["m7i.xlarge"], min = 2, max = 4 }
    spot = { instance_types = ["m7i.xlarge", "m6i.xlarge", "m7a.xlarge"], spot = true, min = 0, max = 8 }
    gpu  = { instance_types = ["g6.xlarge"], gpu = true, disk_gib = 100, min = 0, max = 0 }
  }
}

database = {
  instance_class = "db.m7g.large"
  multi_az       = false
  backup_days    = 3
}

# The database of the log keeps the events.
kafka = null
