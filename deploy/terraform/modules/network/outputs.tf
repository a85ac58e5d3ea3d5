output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Addresses of nodes and pods."
  value       = aws_vpc.this.cidr_block
}

output "private_subnet_ids" {
  description = "Subnets of nodes, pods, databases and brokers, one for each zone."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "public_cidrs" {
  description = "Addresses of the load balancer."
  value       = [for zone in local.zones : aws_subnet.public[zone].cidr_block]
}

output "load_balancer_group_id" {
  description = "Security group of the load balancer."
  value       = aws_security_group.load_balancer.id
}
