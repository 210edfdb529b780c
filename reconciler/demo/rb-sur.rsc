# nov/17/2026 22:40:09 by RouterOS 6.49.18
# software id = K3WU-9ZB5
#
# model = RouterBOARD 750G r3
# serial number = 6F3805E1B2C4
/interface bridge
add fast-forward=no name=bridge-clientes
/interface ethernet
set [ find default-name=ether1 ] name=ether1-wan
set [ find default-name=ether2 ] comment="Sectorial oriente" name=\
    ether2-sector
set [ find default-name=ether3 ] comment="Sectorial poniente" name=\
    ether3-sector
/interface sstp-client
add connect-to=vpn.enlaces-del-valle.example disabled=no name=vpn-norte \
    profile=default-encryption user=rb-sur
/interface wireless security-profiles
set [ find default=yes ] supplicant-identity=MikroTik
/ip pool
add name=pool-pppoe ranges=10.30.0.200-10.30.0.250
add name=pool-taller ranges=192.168.88.10-192.168.88.200
/ip dhcp-server
add address-pool=pool-taller disabled=no interface=ether5 name=dhcp-taller
/ppp profile
add local-address=10.30.0.1 name=suspendido only-one=yes remote-address=\
    pool-pppoe
/queue simple
add max-limit=40M/80M name=total-clientes target=10.30.0.0/24
add comment="Don Rub\E9n, no cobrar" max-limit=5M/5M name="Rancho de Rub\E9n" \
    parent=total-clientes target=10.30.0.150/32
add max-limit=2M/2M name=camara-torre target=192.168.88.20/32
/interface bridge port
add bridge=bridge-clientes interface=ether2-sector
add bridge=bridge-clientes interface=ether3-sector
/ip neighbor discovery-settings
set discover-interface-list=!dynamic
/interface pppoe-server server
add default-profile=suspendido disabled=no interface=bridge-clientes \
    one-session-per-host=yes service-name=sur
/ip address
add address=10.0.0.2/24 interface=ether5 network=10.0.0.0
add address=10.30.0.1/24 interface=bridge-clientes network=10.30.0.0
add address=192.168.88.1/24 comment=defconf interface=ether5 network=\
    192.168.88.0
/ip dhcp-client
add disabled=no interface=ether1-wan
/ip dhcp-server network
add address=192.168.88.0/24 gateway=192.168.88.1
/ip dns
set allow-remote-requests=yes servers=9.9.9.9
/ip firewall address-list
add address=10.30.0.150 comment="Rub\E9n, cortado en mayo" disabled=yes list=\
    Moroso
add address=203.0.113.7 comment="P\E1gina de pago" list=portal
/ip firewall filter
add action=accept chain=input connection-state=established,related
add action=accept chain=input src-address=10.0.0.0/24
add action=drop chain=input comment="DNS abierto" dst-port=53 in-interface=\
    ether1-wan protocol=udp
add action=drop chain=input in-interface=ether1-wan
add action=accept chain=forward connection-state=established,related
add action=drop chain=forward connection-state=invalid
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1-wan
add action=dst-nat chain=dstnat comment="C\E1mara de la torre" dst-port=8000 \
    in-interface=ether1-wan protocol=tcp to-addresses=192.168.88.20 to-ports=\
    80
/ip route
add distance=1 dst-address=10.88.0.0/24 gateway=vpn-norte
/ip service
set telnet disabled=yes
set ftp disabled=yes
set www disabled=yes
/ppp secret
add name=visita-tecnica password=antena55 profile=suspendido remote-address=\
    10.30.0.240 service=pppoe
/system clock
set time-zone-name=America/Merida
/system identity
set name=rb-sur
/system ntp client
set enabled=yes primary-ntp=162.159.200.1
/system scheduler
add interval=1w name=reinicio-semanal on-event="/system reboot" policy=\
    reboot,read,write,policy,test start-date=jan/05/2025 start-time=04:30:00
