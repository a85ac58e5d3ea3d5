# Replace the account, the host, the certificate and the administrators by your own.
name            = "shop-production"
region          = "eu-central-1"
account_id      = "111111111113"
host            = "shop.example.com"
certificate_arn = "arn:aws:acm:eu-central-1:111111111113:certificate/00000000-0000-0000-0000-000000000000"
protected       = true

network = {
  cidr               = "10.30.0.0/16"
  single_nat_gateway = false
}

cluster = {
  administrator_arns = ["arn:aws:iam::111111111113:role/administrator"]
  node_pools = {
    cpu  = { instance_types = ["m7i.xlarge"], min = 6, max = 30 }
    spot = { instance_types = ["m7i.xlarge", "m6i.xlarge", "m7a.xlarge"], spot = true, min = 0, max = 30 }
    gpu  = { instance_types = ["g6.xlarge"], gpu = true, disk_gib = 100, min = 0, max = 2 }
  }
}

database = {
  instance_class = "db.r7g.2xlarge"
  multi_az       = true
  backup_days    = 35
}

kafka = {
  instance_type = "kafka.m7g.xlarge"
}
