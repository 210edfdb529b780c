# 2026-11-18 03:12:44 by RouterOS 7.22.3
# software id = 7QKD-4M2X
#
# model = RB4011iGS+
# serial number = D4520C77A1B9
/interface bridge
add arp=reply-only comment="Clientes: torre y sectoriales" name=\
    bridge-clientes protocol-mode=none
add name=bridge-oficina
/interface ethernet
set [ find default-name=ether1 ] comment="Fibra del proveedor" name=ether1-wan
set [ find default-name=ether2 ] comment="Switch de la torre" name=\
    ether2-torre
set [ find default-name=ether3 ] name=ether3-centro
set [ find default-name=ether4 ] name=ether4-oficina
set [ find default-name=ether10 ] disabled=yes
/interface vlan
add arp=reply-only comment="Enlace a la plaza" interface=ether3-centro name=\
    vlan30-centro vlan-id=30
add comment="Radios y switches" interface=ether2-torre name=vlan88-gestion \
    vlan-id=88
/interface list
add name=WAN
add comment="Lo que administra el router" name=GESTION
/ip hotspot profile
add dns-name=plaza.enlaces-del-valle.example hotspot-address=10.21.0.1 \
    login-by=cookie,http-chap name=hsprof-centro
/ip hotspot user profile
add name=visitas rate-limit=512k/2M session-timeout=2h shared-users=5
/ip pool
add comment="PPPoE sin IP fija" name=pool-pppoe ranges=10.20.1.100-10.20.1.199
add name=pool-hotspot ranges=10.21.0.200-10.21.0.254
add name=pool-oficina ranges=192.168.10.50-192.168.10.199
add name=pool-vpn ranges=10.99.0.100-10.99.0.120
/ip dhcp-server
add address-pool=pool-oficina interface=bridge-oficina lease-time=8h name=\
    dhcp-oficina
add add-arp=yes address-pool=pool-hotspot interface=vlan30-centro lease-time=\
    1h name=dhcp-hotspot
/ip hotspot
add address-pool=pool-hotspot disabled=no interface=vlan30-centro name=\
    hotspot-centro profile=hsprof-centro
/port
set 0 name=serial0
/ppp profile
set *0 only-one=yes
add dns-server=10.99.0.1 local-address=10.99.0.1 name=vpn-tecnicos \
    remote-address=pool-vpn use-encryption=required
add comment="Enlace con la sucursal, no tocar" local-address=10.99.0.1 name=\
    "VPN Sucursal Etla" use-compression=no use-encryption=yes
/queue simple
add comment="Todo lo que entra por fibra, 400 megas" max-limit=400M/400M name=\
    total-clientes queue=pcq-upload-default/pcq-download-default target=\
    10.20.0.0/15
add comment="Convenio con el municipio" max-limit=20M/20M name=\
    "1. Presidencia Municipal" priority=3/3 target=10.40.0.2/32
add burst-limit=12M/30M burst-threshold=6M/15M burst-time=20s/20s limit-at=\
    2M/5M max-limit=8M/20M name="Casa del due\C3\B1o" target=\
    10.40.0.10/32,10.40.0.16/29
add disabled=yes max-limit=3M/3M name=prueba-antena target=10.88.0.77/32
add max-limit=10M/50M name=oficina target=bridge-oficina
/queue tree
add comment="Llamadas primero" max-limit=20M name=voip-total parent=global \
    priority=1
add limit-at=2M max-limit=20M name=voip-oficina packet-mark=voip parent=\
    voip-total priority=1 queue=default
/queue type
add kind=pcq name=pcq-visitas-down pcq-classifier=dst-address pcq-rate=2M
add kind=pcq name=pcq-visitas-up pcq-classifier=src-address pcq-rate=512k \
    pcq-total-limit=4000KiB
add fq-codel-limit=4096 kind=fq-codel name=fq-codel-wan
/routing table
add disabled=no fib name=a-respaldo
/snmp community
set [ find default=yes ] addresses=10.88.0.0/24 name=valle-lectura
/system logging action
add name=servidor-syslog remote=10.88.0.5 target=remote
/user group
add name=monitoreo policy="read,winbox,web,api,!local,!telnet,!ssh,!ftp,!reboo\
    t,!write,!policy,!test,!password,!sniff,!sensitive,!romon,!rest-api"
add name=reconcile policy="read,write,sensitive,api,!local,!telnet,!ssh,!ftp,!\
    reboot,!policy,!test,!winbox,!password,!web,!sniff,!romon,!rest-api"
/interface bridge port
add bridge=bridge-clientes interface=ether2-torre
add bridge=bridge-oficina interface=ether4-oficina
/ip firewall connection tracking
set udp-timeout=10s
/ip neighbor discovery-settings
set discover-interface-list=GESTION
/interface l2tp-server server
set authentication=mschap2 default-profile=vpn-tecnicos enabled=yes use-ipsec=\
    yes
/interface list member
add interface=ether1-wan list=WAN
add interface=vlan88-gestion list=GESTION
add interface=bridge-oficina list=GESTION
/interface pppoe-server server
add disabled=no interface=bridge-clientes max-mru=1480 max-mtu=1480 \
    one-session-per-host=yes service-name=valle
add disabled=no interface=vlan30-centro one-session-per-host=yes service-name=\
    valle-centro
/ip address
add address=198.51.100.2/30 comment="Proveedor, contrato 88213" interface=\
    ether1-wan network=198.51.100.0
add address=10.0.0.1/24 interface=vlan88-gestion network=10.0.0.0
add address=10.88.0.1/24 interface=vlan88-gestion network=10.88.0.0
add address=10.20.0.1/23 interface=bridge-clientes network=10.20.0.0
add address=10.21.0.1/24 interface=vlan30-centro network=10.21.0.0
add address=10.40.0.1/24 comment="IPs especiales" interface=bridge-clientes \
    network=10.40.0.0
add address=192.168.10.1/24 interface=bridge-oficina network=192.168.10.0
/ip arp
add address=10.40.0.2 comment="Presidencia, antena del techo" interface=\
    bridge-clientes mac-address=02:4C:5E:10:40:02
add address=10.40.0.10 interface=bridge-clientes mac-address=02:4C:5E:10:40:10
/ip cloud
set ddns-enabled=yes update-time=no
/ip dhcp-server lease
add address=192.168.10.20 client-id=1:2:9a:3:51:20:1 comment=\
    "Impresora de facturas" mac-address=02:9A:03:51:20:01 server=dhcp-oficina
add address=192.168.10.21 comment="Reloj checador" mac-address=\
    02:9A:03:51:20:02 server=dhcp-oficina
/ip dhcp-server network
add address=10.21.0.0/24 comment="hotspot network" gateway=10.21.0.1
add address=192.168.10.0/24 dns-server=192.168.10.1 gateway=192.168.10.1
/ip dns
set allow-remote-requests=yes cache-size=8192KiB servers=\
    9.9.9.9,149.112.112.112
/ip dns static
add address=10.88.0.5 name=syslog.valle.lan type=A
/ip firewall address-list
add address=10.0.0.0/24 comment=Torre list=gestion
add address=192.168.10.0/24 comment=Oficina list=gestion
add address=10.99.0.0/24 comment="VPN de t\C3\A9cnicos" list=gestion
add address=10.40.0.10 comment="No limitar nunca" list=vip
add address=nube-radios.example comment="Controlador de radios" list=vip
add address=10.20.1.100-10.20.1.199 comment="PPPoE sin IP fija" list=dinamicos
add address=192.0.2.0/24 comment="Escaneos, marzo" disabled=yes list=\
    bloqueados
add address=203.0.113.128/25 list=bloqueados
/ip firewall filter
add action=passthrough chain=unused-hs-chain comment=\
    "place hotspot rules here" disabled=yes
add action=accept chain=input comment="Conexiones ya abiertas" \
    connection-state=established,related,untracked
add action=drop chain=input connection-state=invalid
add action=accept chain=input limit=50,5:packet protocol=icmp
add action=accept chain=input comment="Administraci\C3\B3n" src-address-list=\
    gestion
add action=accept chain=input comment=L2TP dst-port=500,1701,4500 \
    in-interface-list=WAN protocol=udp
add action=accept chain=input in-interface-list=WAN protocol=ipsec-esp
add action=drop chain=input comment="Nada m\C3\A1s desde Internet" \
    in-interface-list=WAN
add action=drop chain=forward comment="Lista de bloqueados" src-address-list=\
    bloqueados
add action=fasttrack-connection chain=forward comment="Acelerar lo ya abierto" \
    connection-state=established,related
add action=accept chain=forward connection-state=established,related,untracked
add action=drop chain=forward connection-state=invalid
add action=drop chain=forward comment="Correo basura" dst-port=25 \
    out-interface-list=WAN protocol=tcp src-address-list=!vip
add action=drop chain=forward comment="Solo lo redirigido" \
    connection-nat-state=!dstnat connection-state=new in-interface-list=WAN
/ip firewall mangle
add action=change-mss chain=forward comment="MSS de PPPoE" new-mss=\
    clamp-to-pmtu passthrough=yes protocol=tcp tcp-flags=syn
add action=mark-connection chain=forward comment=\
    "Telefon\C3\ADa de la oficina" dst-port=5060,10000-20000 \
    new-connection-mark=con-voip passthrough=yes protocol=udp src-address=\
    192.168.10.0/24
add action=mark-packet chain=forward connection-mark=con-voip new-packet-mark=\
    voip passthrough=no
add action=mark-routing chain=prerouting disabled=yes new-routing-mark=\
    a-respaldo passthrough=no src-address-list=vip
/ip firewall nat
add action=passthrough chain=unused-hs-chain comment=\
    "place hotspot rules here" disabled=yes
add action=masquerade chain=srcnat comment="Salida a Internet" \
    out-interface-list=WAN
add action=dst-nat chain=dstnat comment="Grabador de la torre" dst-port=8443 \
    in-interface-list=WAN protocol=tcp to-addresses=10.88.0.20 to-ports=443
add action=redirect chain=dstnat comment="DNS de la plaza" dst-port=53 \
    in-interface=vlan30-centro protocol=udp to-ports=53
/ip hotspot ip-binding
add comment="Punto de acceso del kiosco" mac-address=02:7B:21:00:30:01 type=\
    bypassed
/ip hotspot user
add comment="Fiesta patronal" limit-uptime=3d name=visita-01 profile=visitas
add comment="Fiesta patronal" limit-uptime=3d name=visita-02 profile=visitas
add disabled=yes name=kiosco profile=visitas server=hotspot-centro
/ip hotspot walled-garden
add comment="place hotspot rules here" disabled=yes
add dst-host=*.enlaces-del-valle.example
/ip route
add dst-address=0.0.0.0/0 gateway=198.51.100.1
add comment="Red de la sucursal" dst-address=10.60.0.0/24 gateway=10.99.0.10
/ip service
set ftp disabled=yes
set ssh address=10.0.0.0/24,10.99.0.0/24 port=2222
set telnet disabled=yes
set www disabled=yes
set winbox address=10.0.0.0/24,10.99.0.0/24,192.168.10.0/24
/ppp secret
add comment="T\C3\A9cnico, guardia de noche" name=omar profile=vpn-tecnicos \
    service=l2tp
add name=beatriz profile=vpn-tecnicos service=l2tp
add comment="Router de la sucursal" name=sucursal-etla profile=\
    "VPN Sucursal Etla" remote-address=10.99.0.10 service=l2tp
add comment="PRUEBAS no borrar" disabled=yes local-address=10.40.0.1 name=\
    prueba remote-address=10.40.0.200 service=pppoe
/snmp
set contact="Enlaces del Valle" enabled=yes location="Cerro Norte" \
    trap-version=2
/system clock
set time-zone-name=America/Mexico_City
/system identity
set name=rb-norte
/system logging
add action=servidor-syslog topics=critical
/system note
set note="Mantenimiento: avisar antes al 555 000 0000" show-at-login=no
/system ntp client
set enabled=yes
/system ntp client servers
add address=pool.ntp.org
/system scheduler
add comment="Respaldo diario" interval=1d name=respaldo on-event=\
    respaldo-diario policy=ftp,read,write,policy,test,sensitive start-date=\
    2025-02-11 start-time=03:10:00
/system script
add dont-require-permissions=no name=respaldo-diario owner=admin policy=\
    ftp,read,write,policy,test,sensitive source="# deja un respaldo con el nom\
    bre del router\r\
    \n:local nombre [/system identity get name]\r\
    \n/system backup save name=(\$nombre . \"-diario\") dont-encrypt=yes\r\
    \n:log info \"respaldo listo\"\r\
    \n"
/tool graphing interface
add allow-address=192.168.10.0/24 interface=ether1-wan
/tool mac-server
set allowed-interface-list=GESTION
/tool mac-server mac-winbox
set allowed-interface-list=GESTION
/tool netwatch
add comment=Proveedor disabled=no down-script="" host=198.51.100.1 interval=\
    30s type=simple up-script=""
